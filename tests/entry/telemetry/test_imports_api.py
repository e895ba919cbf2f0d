"""The import routes through the handler: CSV in, precise answers out, and nobody else's import."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
import pytest

from functions.telemetry import api
from makoto.domain import instant_from_ms
from makoto.ports.documents import Key
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context
from tests.unit.codecs.messages import DEVICE

HEADER = "device,metric,time,value\n"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with its JSON read."""

    status: int
    body: Any


Call = Callable[..., Answer]


@pytest.fixture(autouse=True)
def devices(platform: Platform, tenants: None) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        documents = platform.open_tenant(tenant_id, None, "test").documents
        documents.put(Key("device", DEVICE), {"device_id": DEVICE})


@pytest.fixture
def call() -> Call:
    def send(method: str, path: str = "", *, tenant_id: str = TENANT, caller: str = TENANT, **how: Any) -> Answer:
        event = api_event(method, f"/api/v1/tenants/{tenant_id}/telemetry/imports{path}", tenant_id=caller, **how)
        answer = api.handler(event, lambda_context())
        return Answer(answer["statusCode"], orjson.loads(answer["body"]))

    return send


@pytest.fixture
def file(now_ms: int) -> bytes:
    rows = [f"{DEVICE},speed,{instant_from_ms(now_ms - each).isoformat()},{each}\n" for each in range(3)]
    return (HEADER + "".join(rows) + "温度\n").encode()


def announced(file: bytes, **changes: Any) -> dict[str, Any]:
    given = {"device": DEVICE, "filename": "記録.csv", "sha256": sha256(file).hexdigest(), "total_bytes": len(file)}
    return given | changes


def begin(call: Call, file: bytes) -> str:
    answer = call("POST", body=announced(file))
    assert answer.status == 201
    return str(answer.body["import_id"])


def put(call: Call, import_id: str, body: str, offset: object = 0, **how: Any) -> Answer:
    headers = {"Content-Type": "text/csv"}
    return call("PUT", f"/{import_id}/parts", body=body, query={"offset": str(offset)}, headers=headers, **how)


def test_a_file_is_announced_sent_and_followed(call: Call, file: bytes) -> None:
    import_id = begin(call, file)
    answer = put(call, import_id, file.decode())
    assert (answer.status, answer.body) == (
        200,
        {"next_offset": len(file), "accepted": 3, "rejected": [{"line": 5, "reason": "4 fields expected, 1 found"}]},
    )
    progress = call("GET", f"/{import_id}").body
    assert progress.pop("started_at") < progress.pop("updated_at")
    assert progress == announced(file) | {
        "import_id": import_id,
        "status": "complete",
        "next_offset": len(file),
        "accepted": 3,
        "rejected_count": 1,
    }


def test_the_same_file_again_is_the_same_import_with_its_progress(call: Call, file: bytes) -> None:
    import_id = begin(call, file)
    put(call, import_id, file.decode())
    again = call("POST", body=announced(file, filename="copy.csv"))
    assert (again.status, again.body["import_id"], again.body["status"]) == (201, import_id, "complete")


def test_a_body_is_read_as_bytes_where_the_gateway_encodes_it(
    call: Call, file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = file.replace("温度".encode(), "温度".encode("shift_jis"))
    import_id = begin(call, wrong)
    event = api_event(
        "PUT",
        f"/api/v1/tenants/{TENANT}/telemetry/imports/{import_id}/parts",
        query={"offset": "0"},
        headers={"Content-Type": "text/csv"},
        body=base64.b64encode(wrong).decode(),
    )
    answer = orjson.loads(api.handler(event | {"isBase64Encoded": True}, lambda_context())["body"])
    assert (answer["accepted"], answer["rejected"]) == (3, [{"line": 5, "reason": "not UTF-8"}])


@pytest.mark.parametrize(
    "changes",
    [
        {"device": "Edge 07"},
        {"device": 7},
        {"filename": ""},
        {"filename": "../../etc/passwd"},
        {"filename": "a\0b"},
        {"filename": "x" * 256},
        {"sha256": "abc"},
        {"sha256": "A" * 64},
        {"total_bytes": 0},
        {"total_bytes": -1},
        {"total_bytes": 2**60},
        {"total_bytes": "many"},
        {"overwrite": True},
    ],
)
def test_a_wrong_announcement_is_refused_with_its_field(call: Call, file: bytes, changes: dict[str, Any]) -> None:
    answer = call("POST", body=announced(file, **changes))
    (name,) = changes
    assert answer.status == 422
    assert [error["pointer"].rsplit("/", 1)[-1] for error in answer.body["errors"]] == [name]


def test_an_announcement_of_an_unknown_device_is_not_found(call: Call, file: bytes) -> None:
    answer = call("POST", body=announced(file, device="edge-99"))
    assert (answer.status, answer.body["type"]) == (404, "urn:makoto:problem:unknown-device")


def test_a_part_elsewhere_is_a_conflict_that_names_the_place(call: Call, file: bytes) -> None:
    answer = put(call, begin(call, file), file.decode(), offset=7)
    assert (answer.status, answer.body["type"]) == (409, "urn:makoto:problem:wrong-offset")
    assert answer.body["errors"] == [{"pointer": "/query/offset", "rule": "offset", "detail": "0 is expected"}]


@pytest.mark.parametrize("offset", ["-1", "x", "", "1.5"])
def test_an_offset_that_is_no_number_is_refused(call: Call, file: bytes, offset: str) -> None:
    assert put(call, begin(call, file), file.decode(), offset=offset).status == 422


def test_unknown_columns_are_named(call: Call, file: bytes) -> None:
    wrong = file.replace(b"value", b"wert")
    answer = put(call, begin(call, wrong), wrong.decode())
    assert answer.status == 422
    assert answer.body["errors"] == [
        {"pointer": "/body/0", "rule": "unknown_column", "detail": "unknown column 'wert'"}
    ]


def test_content_of_another_checksum_is_refused(call: Call, file: bytes) -> None:
    import_id = begin(call, file)
    answer = put(call, import_id, file.decode().replace("speed", "spoon"))
    assert (answer.status, answer.body["type"]) == (422, "urn:makoto:problem:other-content")
    assert call("GET", f"/{import_id}").body["status"] == "receiving"


@pytest.mark.parametrize("body", ["", "no end of line"])
def test_a_part_that_is_not_whole_lines_is_refused(call: Call, file: bytes, body: str) -> None:
    answer = put(call, begin(call, file), body)
    assert (answer.status, answer.body["type"]) == (422, "urn:makoto:problem:unusable-part")


def test_another_tenants_import_is_not_found(call: Call, file: bytes, stored: Callable[..., list[Any]]) -> None:
    import_id = begin(call, file)
    other = {"tenant_id": OTHER_TENANT, "caller": OTHER_TENANT}
    assert call("GET", f"/{import_id}", **other).status == 404
    assert put(call, import_id, file.decode(), **other).status == 404
    assert stored(f"telemetry#{DEVICE}", "history#", OTHER_TENANT) == []


def test_a_path_of_another_tenant_is_forbidden(call: Call, file: bytes) -> None:
    import_id = begin(call, file)
    foreign = {"caller": OTHER_TENANT}
    assert call("POST", body=announced(file), **foreign).status == 403
    assert call("GET", f"/{import_id}", **foreign).status == 403
    assert put(call, import_id, file.decode(), **foreign).status == 403


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("operator", 403), ("engineer", 201)])
def test_only_who_may_import_can(call: Call, file: bytes, role: str, status: int) -> None:
    assert call("POST", body=announced(file), role=role).status == status


@pytest.mark.parametrize("import_id", ["x", "0" * 31, "..%2f..", "' OR 1=1", "温度"])
def test_an_id_of_another_form_is_refused(call: Call, import_id: str) -> None:
    assert call("GET", f"/{import_id}").status in (404, 422)


def test_imported_readings_are_answered_from_the_files(call: Call, file: bytes, now_ms: int) -> None:
    put(call, begin(call, file), file.decode())
    start, end = (instant_from_ms(now_ms + each).isoformat() for each in (-60_000, 60_000))
    asked: dict[str, str | list[str]] = {"device": DEVICE, "metric": "speed", "from": start, "to": end}
    event = api_event(
        "GET", f"/api/v1/tenants/{TENANT}/telemetry/history", query=asked | {"step": "1h", "aggregation": "count"}
    )
    items = orjson.loads(api.handler(event, lambda_context())["body"])["items"]
    assert sum(item["count"] for item in items) == 3
