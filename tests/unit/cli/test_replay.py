"""`makoto telemetry replay`: a recorded file through the real path, resumed where it was broken off."""

import base64
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.commands import replay
from makoto.domain import instant_from_ms, ms_from_instant
from makoto.ports.configuration import CertificateRecord
from tests.builders import TENANT
from tests.unit.cli.conftest import ADMIN, VIEWER, Terminal, World

PLACE = {"site": "nagoya", "area": "machining", "line": "line-1", "cell": "cell-1"}
RECORDED = Path(__file__).resolve().parents[4] / "shared/data/nist_GFAgie01-20160513.shdr.txt.xz"


@pytest.fixture(autouse=True)
def signed_in(world: World, makoto: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    record = CertificateRecord(certificate_id="0" * 64, tenant_id=TENANT, device_id="edge-07", **PLACE)
    world.platform.configuration.save_certificate(record)
    monkeypatch.setattr(replay, "PIECE_BYTES", 200)
    makoto.sign_in(ADMIN)


@pytest.fixture
def lines(world: World) -> list[str]:
    now = ms_from_instant(world.clock.now())
    return [f"{instant_from_ms(now - 1000 * (60 - at)).isoformat()}|line|{at}" for at in range(20)]


def played(makoto: Terminal, file: Path, form: str) -> dict[str, Any]:
    said = makoto("telemetry", "replay", str(file), "-d", "edge-07", "--format", form, "--json")
    found: dict[str, Any] = json.loads(said.out)
    return found


@pytest.mark.parametrize(("ending", "pack"), [("", bytes), (".gz", gzip.compress), (".xz", lzma.compress)])
def test_a_stream_of_lines_is_played_in_pieces_and_packed_ones_are_unpacked(
    makoto: Terminal, tmp_path: Path, lines: list[str], ending: str, pack: Callable[[bytes], bytes]
) -> None:
    file = tmp_path / f"day.shdr{ending}"
    file.write_bytes(pack("".join(f"{line}\n" for line in lines).encode()))

    assert played(makoto, file, "shdr")["accepted"] == 20


def test_the_same_file_again_sends_nothing_that_is_stored(makoto: Terminal, tmp_path: Path, lines: list[str]) -> None:
    file = tmp_path / "day.shdr"
    file.write_text("".join(f"{line}\n" for line in lines))
    played(makoto, file, "shdr")

    assert played(makoto, file, "shdr")["accepted"] == 0


def test_broken_off_the_same_command_goes_on(world: World, makoto: Terminal, tmp_path: Path, lines: list[str]) -> None:
    file = tmp_path / "day.shdr"
    file.write_text("".join(f"{line}\n" for line in lines))
    calls = 0

    def breaks(method: str, path: str) -> None:
        nonlocal calls
        calls += path.endswith("/ingress")
        if path.endswith("/ingress") and calls > 2:
            raise ConnectionAbortedError

    world.gateway.before = breaks
    broken = makoto("telemetry", "replay", str(file), "-d", "edge-07", "--format", "shdr")
    world.gateway.before = lambda method, path: None
    on = makoto("telemetry", "replay", str(file), "-d", "edge-07", "--format", "shdr")

    assert broken.code != 0
    assert on.code == 0
    assert "Going on with piece 2" in on.err
    assert "lines 8" in on.out


def test_what_is_refused_is_told_and_the_exit_says_so(makoto: Terminal, tmp_path: Path, lines: list[str]) -> None:
    file = tmp_path / "day.shdr"
    file.write_text(f"{lines[0]}\nyesterday|line|1\n{lines[1]}\n")

    said = makoto("telemetry", "replay", str(file), "-d", "edge-07", "--format", "shdr")

    assert said.code == 2
    assert "/2: time" in said.err
    assert said.out.startswith("2 readings stored, 1 refused.")


def test_messages_of_a_recording_keep_their_topics(makoto: Terminal, tmp_path: Path, world: World) -> None:
    from makoto.codecs.ingress.sparkplug_proto import payload_class

    now = ms_from_instant(world.clock.now())
    birth = payload_class()(timestamp=now, seq=0)
    birth.metrics.add(name="temp", alias=1, datatype=10, double_value=1.0)
    data = payload_class()(timestamp=now, seq=1)
    data.metrics.add(alias=1, double_value=2.0)
    file = tmp_path / "node.jsonl"
    file.write_text(
        "".join(
            json.dumps(
                {
                    "topic": f"spBv1.0/plant/{kind}/edge-1",
                    "payload": base64.b64encode(payload.SerializeToString()).decode(),
                }
            )
            + "\n"
            for kind, payload in (("NBIRTH", birth), ("NDATA", data))
        )
    )

    done = played(makoto, file, "sparkplug-b")

    assert (done["accepted"], done["counts"]["NBIRTH"], done["counts"]["NDATA"]) == (2, 1, 1)


def test_documents_and_lines_of_messages_are_told_apart(makoto: Terminal, tmp_path: Path) -> None:
    one, many = tmp_path / "one.json", tmp_path / "many.jsonl"
    one.write_text(json.dumps({"Payload": {"a": 1}}, indent=1))
    many.write_text("".join(json.dumps({"Payload": {"a": at}}) + "\n" for at in range(30)))

    assert [played(makoto, file, "opcua-json")["accepted"] for file in (one, many)] == [1, 30]


def test_a_format_that_there_is_not_and_a_broken_recording_are_told(makoto: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text("{}\n")

    assert "shdr, mtconnect" in makoto("telemetry", "replay", str(file), "-d", "edge-07", "--format", "morse").err
    broken = makoto("telemetry", "replay", str(file), "-d", "edge-07", "--format", "sparkplug-b")
    assert (broken.code, "Line 1 is no recorded message" in broken.err) == (1, True)


def test_a_viewer_replays_nothing(makoto: Terminal, tmp_path: Path, lines: list[str]) -> None:
    makoto.sign_in(VIEWER)
    file = tmp_path / "day.shdr"
    file.write_text(f"{lines[0]}\n")

    said = makoto("telemetry", "replay", str(file), "-d", "edge-07", "--format", "shdr")

    assert "403 Not allowed" in said.err


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded day is not here")
def test_a_recorded_day_of_a_machine_is_played_whole(makoto: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "PIECE_BYTES", 500_000)

    done = played(makoto, RECORDED, "shdr")

    assert (done["accepted"], done["refused"], done["counts"]["lines"]) == (92_945, [], 63_233)


def test_a_broken_line_of_messages_takes_none_of_its_neighbours_along(makoto: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "day.jsonl"
    whole = [json.dumps({"Payload": {"a": at}}) for at in range(6)]
    file.write_text("\ufeff" + "\n".join([*whole[:3], '{"Payload": {"a": }}', '{"Payl', *whole[3:]]) + "\n")

    done = played(makoto, file, "opcua-json")

    assert (done["accepted"], done["counts"]["json"]) == (6, 2)


def test_documents_without_a_declaration_are_told_apart(makoto: Terminal, tmp_path: Path, world: World) -> None:
    at = instant_from_ms(ms_from_instant(world.clock.now())).isoformat()
    item = f'<Samples><P dataItemId="x" timestamp="{at}">1</P></Samples>'
    component = f'<ComponentStream componentId="c">{item}</ComponentStream>'
    streams = f'<Streams><DeviceStream name="d">{component}</DeviceStream></Streams>'
    file = tmp_path / "day.xml"
    file.write_text(f"<MTConnectStreams>{streams}</MTConnectStreams>\n" * 3)

    assert played(makoto, file, "mtconnect")["accepted"] == 3


@pytest.mark.parametrize("ending", [".gz", ".xz"])
def test_a_packed_file_that_is_broken_is_told(makoto: Terminal, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"day.shdr{ending}"
    file.write_bytes(b"no such thing")

    said = makoto("telemetry", "replay", str(file), "-d", "edge-07", "--format", "shdr")

    assert (said.code, f"day.shdr{ending}" in said.err) == (1, True)
