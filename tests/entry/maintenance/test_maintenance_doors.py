"""Predictive maintenance through its doors: frames come in, models are trained in the background, rows predicted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
import pytest

from functions.maintenance import api, events
from makoto.adapters.clouds.memory.clock import FixedClock
from makoto.ports.documents import Query
from makoto.ports.outbox import PENDING
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context, tenant_record


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with its JSON read."""

    status: int
    body: Any

    @property
    def pointers(self) -> set[str]:
        return {each["pointer"] for each in self.body.get("errors", [])}


Call = Callable[..., Answer]
Train = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def tenants(platform: Platform) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.configuration.save_tenant(tenant_record(tenant_id))


@pytest.fixture
def call() -> Call:
    def send(method: str, path: str = "", *, tenant_id: str = TENANT, **how: Any) -> Answer:
        event = api_event(method, f"/api/v1/tenants/{tenant_id}/maintenance{path}", **how)
        answer = api.handler(event, lambda_context())
        return Answer(answer["statusCode"], orjson.loads(answer["body"]))

    return send


@pytest.fixture
def pending(platform: Platform) -> Train:
    """What the domain told and the relay has not carried yet."""

    def read() -> list[dict[str, Any]]:
        tenant = platform.open_tenant(TENANT, None, "test")
        found = tenant.documents.system().query(Query("maintenance#model", prefix=PENDING, limit=100)).items
        return [orjson.loads(str(each.data["envelope"])) for each in found]

    return read


@pytest.fixture
def train(pending: Train) -> Train:
    """Deliver every fact to the domain's own queue, as often as it is called."""

    def deliver() -> list[dict[str, Any]]:
        facts = pending()
        records = [
            {"messageId": str(at), "body": orjson.dumps({"detail": fact}).decode(), "eventSource": "aws:sqs"}
            for at, fact in enumerate(facts)
        ]
        answer = events.handler({"Records": records}, lambda_context())
        assert answer["batchItemFailures"] == []
        return facts

    return deliver


def wearing(machines: int = 6) -> str:
    """Machines that wear out, as CSV."""
    random, lines = np.random.default_rng(2), ["machine,cycle,vibration,mode,rul"]
    for unit in range(machines):
        length = 20 + 2 * unit
        for cycle in range(length):
            vibration = 3 * (cycle / length) ** 2 + random.normal(0, 0.2)
            lines.append(f"m{unit},{cycle},{vibration:.3f},{'eco' if cycle % 3 else 'full'},{length - 1 - cycle}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def frame(call: Call) -> str:
    answer = call("POST", "/frames", body=wearing(), query={"name": "test rig"}, headers={"Content-Type": "text/csv"})
    assert answer.status == 201
    return str(answer.body["frame_id"])


def asked(frame_id: str, **changes: Any) -> dict[str, Any]:
    return {"model_id": "bearing", "frame_id": frame_id, "target": "rul", "groups": "machine", **changes}


def test_a_frame_is_kept_with_its_columns_and_the_rows_that_do_not_fit_are_told(call: Call) -> None:
    answer = call("POST", "/frames", body=wearing() + "m9,1\n", query={"name": "rig"})

    assert (answer.status, answer.body["rows"], answer.body["refused"]) == (201, 150, [152])
    assert answer.body["columns"] == ["machine", "cycle", "vibration", "mode", "rul"]
    assert call("GET", f"/frames/{answer.body['frame_id']}").body == answer.body
    assert [each["name"] for each in call("GET", "/frames").body["items"]] == ["rig"]


@pytest.mark.parametrize("body", ["", "a,a\n1,2\n", "a,b\n", ",b\n1,2\n"])
def test_what_is_no_frame_is_refused(call: Call, body: str) -> None:
    answer = call("POST", "/frames", body=body, query={"name": "rig"})

    assert (answer.status, answer.body["type"]) == (422, "urn:makoto:problem:bad-frame")


def test_a_model_is_trained_in_the_background_and_shows_its_card(call: Call, train: Train, frame: str) -> None:
    begun = call("POST", "/models", body=asked(frame, order="cycle"))
    train()
    model = call("GET", "/models/bearing").body

    assert (begun.status, begun.body["status"], begun.body["version"]) == (202, "training", 1)
    assert (model["status"], model["card"]["task"], model["card"]["machines"]) == ("trained", "regression", 6)
    assert "vibration mean 5" in model["card"]["columns"]
    assert not [name for name in model["card"]["columns"] if name.startswith(("rul", "cycle"))]
    assert model["card"]["metrics"]["rmse"] < model["card"]["baseline"]["rmse"]


def test_a_fact_that_comes_twice_trains_once_and_tells_once(
    call: Call, train: Train, frame: str, pending: Train
) -> None:
    call("POST", "/models", body=asked(frame))

    train()
    train()

    told = [each["detail_type"] for each in pending()]
    assert sorted(told) == ["maintenance.model_trained.v1", "maintenance.training_requested.v1"]


def test_rows_are_predicted_with_their_interval(call: Call, train: Train, frame: str) -> None:
    call("POST", "/models", body=asked(frame, ignore=["cycle"]))
    train()

    rows = [{"vibration": 0.0, "mode": "eco"}, {"vibration": 3.0, "mode": "full"}]
    new, worn = call("POST", "/models/bearing/predictions", body={"rows": rows}).body["predictions"]

    assert new["value"] > worn["value"]
    assert new["low"] < new["value"] < new["high"]


def test_a_stored_frame_is_predicted_and_classes_have_shares(call: Call, train: Train, frame: str) -> None:
    call("POST", "/models", body=asked(frame, target="mode", model_id="mode", task="classification"))
    train()

    answer = call("POST", "/models/mode/predictions", body={"frame_id": frame})

    first = answer.body["predictions"][0]
    assert len(answer.body["predictions"]) == 150
    assert sum(first["shares"].values()) == pytest.approx(1)
    assert first["value"] in {"eco", "full"}


def test_what_cannot_be_learnt_from_fails_with_its_reason(call: Call, train: Train) -> None:
    one = call("POST", "/frames", body="machine,a,rul\n" + "m,1,2\n" * 30, query={"name": "one machine"}).body
    call("POST", "/models", body=asked(one["frame_id"]))
    train()
    model = call("GET", "/models/bearing").body

    assert (model["status"], "two machines" in model["reason"]) == ("failed", True)
    refused = call("POST", "/models/bearing/predictions", body={"rows": [{"a": 1}]})
    assert (refused.status, refused.body["type"]) == (409, "urn:makoto:problem:not-trained")


def test_a_second_training_is_a_second_version_and_the_first_stays(call: Call, train: Train, frame: str) -> None:
    call("POST", "/models", body=asked(frame))
    same = call("POST", "/models", body=asked(frame))
    train()
    other = call("POST", "/models", body=asked(frame, cap=10))
    train()

    assert (same.body["version"], other.body["version"]) == (1, 2)
    assert [each["version"] for each in call("GET", "/models/bearing/versions").body["items"]] == [2, 1]
    assert call("GET", "/models/bearing", query={"version": "1"}).body["asked"]["cap"] is None
    assert [each["version"] for each in call("GET", "/models").body["items"]] == [2]


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"target": "nothing"}, 422, "/body/target"),
        ({"groups": "nothing"}, 422, "/body/groups"),
        ({"order": "nothing"}, 422, "/body/order"),
        ({"ignore": ["rul"]}, 422, "/body/target"),
        ({"cap": 0}, 422, "/body/cap"),
        ({"frame_id": "01J9Z6ABCDEFGHJKMNPQRSTVWX"}, 404, ""),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_at_once(
    call: Call, frame: str, changes: dict[str, Any], status: int, pointer: str
) -> None:
    answer = call("POST", "/models", body=asked(frame) | changes)

    assert answer.status == status
    assert answer.pointers == ({pointer} if pointer else set())


def test_a_prediction_wants_rows_or_a_frame_and_the_columns_that_were_learnt(
    call: Call, train: Train, frame: str
) -> None:
    call("POST", "/models", body=asked(frame))
    train()

    both = call("POST", "/models/bearing/predictions", body={"rows": [{"a": 1}], "frame_id": frame})
    lacking = call("POST", "/models/bearing/predictions", body={"rows": [{"vibration": 1}]})

    assert both.status == 422
    assert (lacking.status, "/cycle" in lacking.pointers) == (422, True)
    assert call("POST", "/models/none/predictions", body={"frame_id": frame}).status == 404


def test_a_viewer_predicts_and_trains_nothing_and_another_tenant_sees_nothing(
    call: Call, train: Train, frame: str
) -> None:
    call("POST", "/models", body=asked(frame))
    train()

    assert call("POST", "/models", body=asked(frame), role="viewer").status == 403
    assert call("POST", "/models/bearing/predictions", body={"frame_id": frame}, role="viewer").status == 200
    assert call("GET", "/models/bearing", tenant_id=OTHER_TENANT).status == 403


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("a;b\n1,5;2\n", "separator"),
        ("a\tb\n1\t2\n", "separator"),
        ('a,b\n"' + "x" * 200_000 + '",1\n', "csv"),
        ('a,b\n1,"2\n3,4\n', "csv"),
    ],
)
def test_a_frame_of_another_making_is_refused_with_why(call: Call, body: str, rule: str) -> None:
    answer = call("POST", "/frames", query={"name": "rig"}, body=body)

    assert (answer.status, [each["rule"] for each in answer.body["errors"]]) == (422, [rule])


def test_a_training_that_was_lost_does_not_hold_up_the_next_one(call: Call, platform: Platform, frame: str) -> None:
    platform.clock = clock = FixedClock(datetime(2026, 5, 1, tzinfo=UTC))
    body = asked(frame)
    versions = []
    for later_s in (0, 60, 3600):
        clock.advance(later_s)
        versions.append(call("POST", "/models", body=body).body["version"])

    assert versions == [1, 1, 2]
