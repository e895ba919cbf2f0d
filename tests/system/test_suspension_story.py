"""A suspended tenant is refused at every door within half a minute, a resumed one served; nobody else notices."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from local.simulator import clock
from tests.system.company import Company, Machine, eventually, is_let_in
from tests.system.laptop import FOOD, LaptopCloud

REFUSED_WITHIN_S = 30.0


@pytest.fixture
def company(laptop: LaptopCloud) -> Company:
    return laptop.onboard("suspenda")


@pytest.fixture
def machine(company: Company) -> Iterator[Machine]:
    with Machine(company.register("press-01")).connected() as machine:
        machine.publish("t", machine.telemetry(0, {"m": "force", "t": [clock.now_ms()], "v": [1]}))
        machine.wait_stored(0)
        yield machine


def act(laptop: LaptopCloud, company: Company, name: str) -> httpx.Response:
    path = f"/api/v1/admin/tenants/{company.tenant_id}/{name}"
    return laptop.platform_client().post(path, json={"reason": "未払い"} if name == "suspend" else None)


def sign_in(laptop: LaptopCloud, company: Company) -> int:
    body = {"username": company.administrator, "password": laptop.password}
    return laptop.anonymous_client().post("/api/v1/auth/login", json=body).status_code


def test_a_suspended_tenant_is_refused_everywhere_until_it_is_resumed(
    laptop: LaptopCloud, company: Company, machine: Machine
) -> None:
    other = laptop.company(FOOD)
    credentials = machine.credentials
    assert company.client.get(company.url("devices")).status_code == 200

    began = time.monotonic()
    suspended = act(laptop, company, "suspend")
    status = eventually(
        lambda: company.client.get(company.url("devices")).status_code, lambda status: status != 200, REFUSED_WITHIN_S
    )
    eventually(lambda: is_let_in(credentials), lambda is_in: not is_in, REFUSED_WITHIN_S)
    refused_s = time.monotonic() - began
    doors = [sign_in(laptop, company), post(company, machine), act(laptop, company, "suspend").status_code]
    others = [other.client.get(other.url("devices")).status_code, sign_in(laptop, other)]

    assert (suspended.status_code, suspended.json()["suspension_reason"]) == (200, "未払い")
    assert (status, doors) == (403, [403, 403, 409])
    assert refused_s < REFUSED_WITHIN_S
    assert others == [200, 200]

    resumed = act(laptop, company, "resume")
    eventually(lambda: company.client.get(company.url("devices")).status_code, lambda status: status == 200)
    eventually(lambda: is_let_in(credentials), bool)
    with Machine(credentials).connected() as again:
        again.publish("t", again.telemetry(0, {"m": "force", "t": [clock.now_ms()], "v": [2]}))
        again.wait_stored(0)

    assert resumed.status_code == 200
    assert sign_in(laptop, company) == 200
    assert [item["value"] for item in company.ask("latest", device=credentials.device_id)] == [2]


def post(company: Company, machine: Machine) -> int:
    message = machine.telemetry(1, {"m": "force", "t": [clock.now_ms()], "v": [1]})
    return company.client.post(company.url("telemetry"), json=message).status_code


def test_one_of_many_requests_to_suspend_counts(laptop: LaptopCloud) -> None:
    company = laptop.onboard("suspenda-2")

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: act(laptop, company, "suspend").status_code, range(4)))

    assert sorted(answers) == [200, 409, 409, 409]
