"""Taking a customer on: once, whole or not at all; and letting an empty one go without a trace."""

import pytest

from functions.tenants.model import STEPS
from local.cast import TENANTS
from tests.system.company import eventually
from tests.system.customers import ADMIN, ENDED_WITHIN_S, UNREACHABLE, Begun, ended, order, send, traces
from tests.system.laptop import LaptopCloud


def test_a_request_that_comes_twice_makes_one_tenant(laptop: LaptopCloud) -> None:
    body = order("zwilling")

    first, second = send(laptop, body, "zwilling-1"), send(laptop, body, "zwilling-1")
    other_body = send(laptop, order("zwilling", name="別の名前"), "zwilling-1")
    other_key = send(laptop, body, "zwilling-2")
    tenant = ended(laptop, first.json()["tenant_id"])
    later = send(laptop, body, "zwilling-1")

    assert (first.status_code, second.status_code, later.status_code) == (202, 202, 202)
    assert first.json() == second.json() == later.json()
    assert first.headers["location"] == f"{ADMIN}/{tenant['tenant_id']}"
    assert (other_body.status_code, other_key.status_code) == (422, 409)
    assert tenant["status"] == "active"
    assert {(step["step"], step["status"]) for step in tenant["steps"]} == {(name, "done") for name in STEPS}
    assert tenant.keys().isdisjoint({"cloud", "role_arn", "external_id"})
    organizations = [
        each["organization"] for each in laptop.platform_client().get(f"{ADMIN}?limit=200").json()["items"]
    ]
    assert organizations.count("zwilling") == 1


def test_a_tenant_with_a_device_is_not_deleted(laptop: LaptopCloud) -> None:
    company = laptop.onboard("bewohnt")
    company.register("only-one")

    answer = laptop.platform_client().delete(f"{ADMIN}/{company.tenant_id}")

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:makoto:problem:tenant-not-empty")
    assert company.client.get(company.url("devices")).status_code == 200


@pytest.mark.parametrize("name", UNREACHABLE)
def test_an_account_that_cannot_be_reached_ends_failed_with_its_cause_and_leaves_nothing(
    laptop: LaptopCloud, begun: Begun, name: str
) -> None:
    tenant = ended(laptop, begun.unreachable[name])

    assert tenant["status"] == "failed"
    assert tenant["failure"]["step"] == "reach_cloud"
    assert "role" in tenant["failure"]["cause"]
    assert tenant["failure"]["residue"] is None
    assert all(secret not in str(tenant) for secret in ("not-the-agreed", TENANTS[0].external_id))
    assert traces(laptop, tenant["tenant_id"], tenant["administrator"]) == {}
    assert send(laptop, order(tenant["organization"]), f"{tenant['organization']}-again").status_code == 202


def test_an_empty_tenant_is_deleted_without_a_trace(laptop: LaptopCloud, begun: Begun) -> None:
    path = f"{ADMIN}/{begun.leaving.tenant_id}"

    eventually(
        lambda: laptop.platform_client().get(path).json()["status"], lambda status: status == "deleted", ENDED_WITHIN_S
    )
    again = laptop.platform_client().delete(path)
    status = begun.leaving.client.get(begun.leaving.url("devices")).status_code

    assert again.status_code == 204
    assert begun.left_with.keys() >= {"tables", "buckets", "secrets", "groups", "users", "memberships"}
    assert traces(laptop, begun.leaving.tenant_id, begun.leaving.administrator) == {}
    assert status in (401, 403)
