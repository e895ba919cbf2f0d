"""The device routes through the handler."""

import json
from typing import Any

import pytest

from functions.devices import api
from makoto.ports.fleet import Fleet
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context
from tests.entry.devices.conftest import BODY, Answer, Call

THING = f"{TENANT}_edge-07"


def pointers(answer: Answer) -> set[str]:
    return {each["pointer"] for each in answer.body.get("errors", [])}


def test_a_registration_answers_201_with_the_device_and_its_credentials(call: Call) -> None:
    answer = call("POST", body=BODY | {"description": "旋盤 3号機 🏭"})

    assert answer.status == 201
    device = answer.body["device"]
    assert device["path"] == {"site": "osaka", "area": "machining", "line": "l1", "cell": "c3"}
    assert (device["status"], device["description"]) == ("active", "旋盤 3号機 🏭")
    assert set(answer.body["credentials"]) == {
        "certificate_pem",
        "private_key_pem",
        "endpoint",
        "port",
        "client_id",
        "topic",
        "ca_pem",
    }
    assert "PRIVATE KEY" in answer.body["credentials"]["private_key_pem"]
    assert answer.body["credentials"]["client_id"] == THING


def test_the_private_key_is_never_logged_and_never_shown_again(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    key = call("POST", body=BODY).body["credentials"]["private_key_pem"].splitlines()[1]

    shown = [call("GET", "/edge-07").body, call("GET").body, call("POST", "/edge-07/disable").body]

    assert key not in json.dumps(shown)
    assert key not in "".join(capsys.readouterr())


def test_a_second_registration_is_a_conflict_that_says_what_to_do(call: Call) -> None:
    call("POST", body=BODY)

    answer = call("POST", body=BODY)

    assert answer.status == 409
    assert answer.body["type"] == "urn:makoto:problem:already-registered"
    assert "rotate" in answer.body["detail"]


def test_a_repeated_request_with_its_key_gets_working_credentials(call: Call, fleet: Fleet) -> None:
    first = call("POST", body=BODY, headers={"Idempotency-Key": "01J9Z6"})

    again = call("POST", body=BODY, headers={"Idempotency-Key": "01J9Z6"})

    (certificate,) = again.body["device"]["certificates"]
    assert (first.status, again.status) == (201, 201)
    assert fleet.certificates_of(THING) == (certificate["certificate_id"],)


def test_a_device_lives_through_disable_enable_rotate_and_retire(call: Call) -> None:
    call("POST", body=BODY)

    assert call("POST", "/edge-07/disable").body["status"] == "disabled"
    assert call("POST", "/edge-07/rotate").status == 409
    assert call("POST", "/edge-07/enable").body["status"] == "active"
    old = call("GET", "/edge-07").body["certificates"][0]["certificate_id"]
    rotated = call("POST", "/edge-07/rotate", body={"keep_previous": True})
    assert rotated.status == 200
    assert "PRIVATE KEY" in rotated.body["credentials"]["private_key_pem"]
    retired = call("DELETE", f"/edge-07/certificates/{old}")
    assert old not in [each["certificate_id"] for each in retired.body["certificates"]]
    assert [each["what"] for each in call("GET", "/edge-07").body["history"]] == [
        "registered",
        "disabled",
        "active",
        "rotated",
        "certificate retired",
    ]


def test_a_list_is_filtered_and_paged(call: Call) -> None:
    for number in range(5):
        call("POST", body=BODY | {"device_id": f"edge-{number}", "line": "l2" if number % 2 else "l1"})

    first = call("GET", query={"line": "l1", "limit": "2"})
    rest = call("GET", query={"line": "l1", "limit": "2", "cursor": first.body["next_cursor"]})

    assert [each["device_id"] for each in first.body["items"]] == ["edge-0", "edge-2"]
    assert [each["device_id"] for each in rest.body["items"]] == ["edge-4"]
    assert rest.body["next_cursor"] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("device_id", "a" * 64),
        ("device_id", ""),
        ("device_id", "Edge-07"),
        ("device_id", "エッジ"),
        ("device_id", "edge\u0000"),
        ("device_id", "edge-07\n"),
        ("device_id", "../../secrets"),
        ("device_id", "edge/+/#"),
        ("device_id", "edge_07"),
        ("device_id", "'; DROP TABLE tenants; --"),
        ("device_id", "${iot:ClientId}"),
        ("device_id", 7),
        ("device_id", None),
        ("site", "osaka/machining"),
        ("area", "a" * 64),
        ("line", "#"),
        ("cell", "+"),
        ("cell", ["c3"]),
        ("description", "x" * 201),
        ("description", "a\u0000b"),
        ("description", "a\u001b[31m"),
        ("tenant_id", OTHER_TENANT),
        ("status", "active"),
        ("certificate_id", "0" * 64),
    ],
)
def test_a_field_that_breaks_a_rule_is_named(call: Call, fleet: Fleet, field: str, value: Any) -> None:
    answer = call("POST", body=BODY | {field: value})

    assert answer.status == 422
    assert pointers(answer) == {f"/body/{field}"}
    assert answer.headers["Content-Type"] == ["application/problem+json"]
    assert fleet.certificates_of(THING) == ()


@pytest.mark.parametrize("missing", ["device_id", "site", "area", "line", "cell"])
def test_a_missing_field_is_named(call: Call, missing: str) -> None:
    answer = call("POST", body={name: value for name, value in BODY.items() if name != missing})

    assert (answer.status, pointers(answer)) == (422, {f"/body/{missing}"})


@pytest.mark.parametrize("body", ["{", "[]", "null", '"text"', "NaN", '{"device_id": "\\ud800"}', None])
def test_a_body_that_is_no_object_is_refused(call: Call, body: str | None) -> None:
    assert call("POST", body=body).status in (400, 422)


def test_a_place_too_deep_for_a_topic_is_refused(call: Call) -> None:
    long = "a" * 63

    answer = call("POST", body=BODY | {"site": long, "area": long, "line": long, "cell": long})

    assert answer.status == 422
    assert "256 bytes" in answer.body["detail"]


@pytest.mark.parametrize("key", ["", "a" * 129, "with space", "キー"])
def test_an_idempotency_key_has_a_form(call: Call, key: str) -> None:
    assert call("POST", body=BODY, headers={"Idempotency-Key": key}).status == 422


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"status": "broken"}, "status"),
        ({"site": "../x"}, "site"),
        ({"line": "l1' OR '1'='1"}, "line"),
        ({"cursor": "x" * 2049}, "cursor"),
    ],
)
def test_a_filter_that_breaks_a_rule_is_named(call: Call, query: dict[str, str | list[str]], field: str) -> None:
    answer = call("GET", query=query)

    assert (answer.status, pointers(answer)) == (422, {f"/query/{field}"})


@pytest.mark.parametrize("cursor", ["forged", "bm90IGEgY3Vyc29y", "' OR 1=1"])
def test_a_forged_cursor_is_refused(call: Call, cursor: str) -> None:
    assert call("GET", query={"cursor": cursor}).status == 422


@pytest.mark.parametrize("device_id", ["Edge-07", "a" * 64, "edge%2F07", "edge 07", "%E3%82%A8", "..%2F..", "edge%00"])
@pytest.mark.parametrize(("method", "below"), [("GET", ""), ("POST", "/disable"), ("POST", "/rotate")])
def test_a_device_id_in_the_path_has_a_form(call: Call, device_id: str, method: str, below: str) -> None:
    assert call(method, f"/{device_id}{below}").status in (404, 422)


@pytest.mark.parametrize("certificate_id", ["0" * 63, "G" * 64, "..", "arn:aws:iot"])
def test_a_certificate_id_in_the_path_has_a_form(call: Call, certificate_id: str) -> None:
    call("POST", body=BODY)

    assert call("DELETE", f"/edge-07/certificates/{certificate_id}").status in (404, 422)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/edge-07"),
        ("POST", "/edge-07/disable"),
        ("POST", "/edge-07/enable"),
        ("POST", "/edge-07/rotate"),
        ("DELETE", f"/edge-07/certificates/{'0' * 64}"),
    ],
)
def test_an_unknown_device_is_not_found(call: Call, method: str, path: str) -> None:
    answer = call(method, path)

    assert answer.status == 404
    assert answer.body["type"] == "urn:makoto:problem:device-not-found"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "", BODY),
        ("GET", "", None),
        ("GET", "/edge-07", None),
        ("POST", "/edge-07/disable", None),
        ("POST", "/edge-07/enable", None),
        ("POST", "/edge-07/rotate", None),
        ("DELETE", f"/edge-07/certificates/{'0' * 64}", None),
    ],
)
def test_another_tenants_path_is_refused_and_changes_nothing(
    call: Call, fleet: Fleet, platform: Platform, method: str, path: str, body: Any
) -> None:
    call("POST", body=BODY)
    (certificate_id,) = fleet.certificates_of(THING)

    answer = call(method, path, tenant_id=OTHER_TENANT, body=body)

    assert answer.status == 403
    assert fleet.certificates_of(THING) == (certificate_id,)
    assert not platform.configuration.certificates_of(OTHER_TENANT)


@pytest.mark.parametrize("role", ["viewer", "operator"])
@pytest.mark.parametrize("path", ["", "/edge-07/disable", "/edge-07/enable", "/edge-07/rotate"])
def test_who_may_only_look_changes_nothing(call: Call, role: str, path: str) -> None:
    assert call("POST", path, role=role, body=BODY).status == 403
    assert call("GET", role=role).status == 200


def test_a_rotation_needs_neither_a_body_nor_a_content_type(platform: Platform, call: Call) -> None:
    call("POST", body=BODY)
    event = api_event("POST", f"/api/v1/tenants/{TENANT}/devices/edge-07/rotate")
    for headers in (event["headers"], event["multiValueHeaders"]):
        del headers["Content-Type"]

    assert api.handler(event, lambda_context())["statusCode"] == 200
