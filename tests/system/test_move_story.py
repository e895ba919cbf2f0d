"""A tenant at work is carried from AWS to stores of its own, and every kind of store is looked into, on the laptop."""

import time
from pathlib import Path

import pytest

from local.customers import CustomersClouds
from makoto.adapters.system import SystemClock
from makoto.domain import ms_from_instant
from tests.system.company import Company, Json, eventually
from tests.system.laptop import FOOD, PARTS, LaptopCloud

ADMIN = "/api/v1/admin/tenants"
MOVED_WITHIN_S = 240
DEVICE = "traveller"


@pytest.fixture(scope="module")
def company(laptop: LaptopCloud) -> Company:
    """A hosted tenant whose data may lie anywhere in Japan."""
    return laptop.onboard("traveller", residency=["ap-northeast-1", "jp-tokyo"])


def posted(company: Company, seq: int) -> Json:
    now = ms_from_instant(SystemClock().now())
    series = [{"m": "a", "t": [now], "v": [float(seq)]}]
    return {
        "schema": "telemetry/1",
        "edge": DEVICE,
        "session": "before-and-after",
        "seq": seq,
        "sent_at": now,
        "series": series,
    }


def keep_sending(company: Company, seq: int) -> None:
    """Send a message as a device does: again and again until it is taken."""
    message = posted(company, seq)
    answer = eventually(
        lambda: company.client.post(company.url("telemetry"), json=message), lambda answer: answer.status_code != 503
    )
    assert answer.status_code == 200, answer.text


def test_a_working_tenant_is_carried_to_stores_of_its_own_and_misses_nothing(
    laptop: LaptopCloud, company: Company
) -> None:
    company.register(DEVICE)
    company.client.post(company.url("telemetry"), json=posted(company, 0)).raise_for_status()
    platform = laptop.platform_client()
    target = CustomersClouds(laptop.state, laptop.aws).custom("traveller")
    body = {"cloud": target, "grace_hours": 0, "remove_source": True}

    begun = platform.post(f"{ADMIN}/{company.tenant_id}/moves", json=body, headers={"Idempotency-Key": "travel"})

    assert begun.status_code == 202, begun.text
    path, sent, deadline = begun.headers["location"], 1, time.monotonic() + MOVED_WITHIN_S
    while (move := platform.get(path).json())["phase"] not in ("grace", "rolled_back"):
        assert time.monotonic() < deadline, move
        keep_sending(company, sent)
        sent += 1
    assert move["is_equal"], move
    assert move["source_held"] == move["target_held"]
    assert platform.get(f"{ADMIN}/{company.tenant_id}").json()["cloud_provider"] == "custom"

    keep_sending(company, sent)
    platform.post(f"{path}/finish").raise_for_status()
    ended = eventually(lambda: platform.get(path).json(), lambda move: move["status"] != "running", MOVED_WITHIN_S)
    assert ended["status"] == "finished", ended
    now = ms_from_instant(SystemClock().now())
    span = {"from": instant(now - 3_600_000), "to": instant(now + 60_000), "step": "raw"}
    values = [item["value"] for item in company.ask("history", device=DEVICE, metric="a", **span)]
    assert values == [float(seq) for seq in range(sent + 1)]
    assert f"makoto-{company.tenant_id}-documents" not in laptop.aws.client("dynamodb").list_tables()["TableNames"]


def test_the_stores_of_every_kind_of_tenant_are_well(laptop: LaptopCloud, tmp_path: Path) -> None:
    for organization in (FOOD, PARTS):
        client = laptop.client(organization)
        report = client.post(f"/api/v1/tenants/{laptop.tenant_ids[organization]}/checks", json={"suite": "health"})

        assert report.status_code == 200, report.text
        failed = [each for each in report.json()["report"]["findings"] if each["status"] == "failed"]
        assert failed == []
        assert {each["store"] for each in report.json()["report"]["findings"]} >= {"documents", "objects", "secrets"}


def instant(ms: int) -> str:
    from makoto.domain import instant_from_ms

    return instant_from_ms(ms).isoformat()
