"""Recorded history as a CSV file: in parts, broken off and taken up again, with bad lines told by their number."""

import hashlib
from pathlib import Path

import httpx
import pytest

from local.simulator import clock
from makoto.domain import instant_from_ms
from tests.system.company import Company, Json
from tests.system.laptop import FOOD, LaptopCloud

DAY_MS = 86_400_000
BAD_LINES = {
    3: "{device},temp,2025-01-01T00:00:00,20",
    5: "{device},temp,2025-01-01T00:00:00Z,NaN",
    7: "another,temp,2025-01-01T00:00:00Z,20",
    9: "{device},temp",
    11: '{device},temp,2025-01-01T00:00:00Z,"open',
}
ROWS = 240


@pytest.fixture(scope="module")
def company(laptop: LaptopCloud) -> Company:
    return laptop.company(FOOD)


def recorded(device: str, start_ms: int) -> bytes:
    """A reading an hour with bad lines between; the numbers of lines count from 1, the header's."""
    lines = ["device,metric,time,value"]
    for place in range(ROWS):
        while len(lines) + 1 in BAD_LINES:
            lines.append(BAD_LINES[len(lines) + 1].format(device=device))
        at = instant_from_ms(start_ms + place * 3_600_000).isoformat()
        lines.append(f"{device},temp,{at},{place / 4}")
    return ("\n".join(lines) + "\n").encode()


def begin(company: Company, device: str, file: bytes) -> Json:
    digest = hashlib.sha256(file).hexdigest()
    announced = {"device": device, "filename": "記録.csv", "sha256": digest, "total_bytes": len(file)}
    answer = company.client.post(company.url("telemetry", "imports"), json=announced)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def put(company: Company, import_id: str, offset: int, part: bytes) -> httpx.Response:
    return company.client.put(
        company.url("telemetry", "imports", import_id, "parts"),
        params={"offset": offset},
        content=part,
        headers={"Content-Type": "text/csv"},
    )


def test_a_file_that_was_broken_off_goes_on_where_it_stood(company: Company) -> None:
    device = company.register("archive").device_id
    start_ms = clock.now_ms() // DAY_MS * DAY_MS - 400 * DAY_MS
    file = recorded(device, start_ms)
    half = file.index(b"\n", len(file) // 2) + 1

    begun = begin(company, device, file)
    answers = [put(company, begun["import_id"], 0, file[:half]).json()]
    again = put(company, begun["import_id"], 0, file[:half]).json()
    taken_up = begin(company, device, file)
    while (offset := answers[-1]["next_offset"]) < len(file):
        answer = put(company, taken_up["import_id"], offset, file[offset:])
        assert answer.status_code == 200, answer.text
        answers.append(answer.json())
    ended = company.client.get(company.url("telemetry", "imports", begun["import_id"])).json()

    assert again == answers[0]
    assert (taken_up["import_id"], taken_up["next_offset"]) == (begun["import_id"], answers[0]["next_offset"])
    assert sorted(each["line"] for answer in answers for each in answer["rejected"]) == sorted(BAD_LINES)
    assert (ended["status"], ended["accepted"], ended["rejected_count"]) == ("complete", ROWS, len(BAD_LINES))
    span = {"from": instant_from_ms(start_ms).isoformat(), "to": instant_from_ms(start_ms + 30 * DAY_MS).isoformat()}
    raw = company.ask("history", device=device, metric="temp", step="raw", **span)
    assert [item["value"] for item in raw] == [place / 4 for place in range(ROWS)]
    by_day = company.ask("history", device=device, metric="temp", step="1d", aggregation="count", **span)
    assert sum(item["count"] for item in by_day) == ROWS
    latest = company.client.get(company.url("telemetry", "latest"), params={"device": device})
    assert (latest.status_code, latest.json()["items"]) == (200, []), "imported history is never the latest value"


def test_a_file_that_is_not_the_announced_one_is_refused(company: Company) -> None:
    device = company.register("archive-2").device_id
    file = recorded(device, clock.now_ms() - 10 * DAY_MS)[:2000].rpartition(b"\n")[0] + b"\n"
    begun = begin(company, device, file)

    wrong_place = put(company, begun["import_id"], 10, file[10:])
    other = put(company, begun["import_id"], 0, file.replace(b"temp", b"pmet"))
    right = put(company, begun["import_id"], 0, file)

    assert wrong_place.status_code == 409
    assert other.status_code == 422
    assert right.status_code == 200
    assert company.client.get(company.url("telemetry", "imports", begun["import_id"])).json()["status"] == "complete"


def test_the_command_line_imports_and_says_which_lines_it_could_not(
    laptop: LaptopCloud, company: Company, tmp_path: Path
) -> None:
    device = company.register("archive-3").device_id
    (tmp_path / "old.csv").write_bytes(recorded(device, clock.now_ms() // DAY_MS * DAY_MS - 60 * DAY_MS))
    laptop.makoto("login", "-u", company.administrator, "-p", laptop.password, home=tmp_path)

    done = laptop.makoto("telemetry", "import", "old.csv", "--device", device, home=tmp_path, check=False)

    assert done.returncode == 2, done.stdout + done.stderr
    assert all(str(line) in done.stdout + done.stderr for line in BAD_LINES)
    counted = ("--from", "90d", "--step", "1d", "--aggregation", "count", "--json")
    history = laptop.makoto("telemetry", "history", "--device", device, "-m", "temp", *counted, home=tmp_path)
    assert f'"count": {24}' in history.stdout
