"""An endpoint's certificate and clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.servers.https import served
from local.servers.tls import Authority
from makoto.adapters.clouds import Network
from makoto.adapters.clouds.memory import FixedClock
from makoto.adapters.endpoint_probes import Endpoint, certificate, endpoint_probes, time_of
from makoto.adapters.system import SystemClock
from makoto.errors import Invalid, Unavailable
from makoto.ports.diagnosis import Level
from tests.contract.clouds.azure_world import free_port
from tests.contract.diagnosis.wire import serving


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers whatever is asked."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.in_folder(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def https_url(authority: Authority) -> Iterator[str]:
    with served(nothing, free_port(), authority) as url:
        yield url


def trusting(ca_path: Path | None) -> Network:
    return Network(True, True, str(ca_path) if ca_path else None)


def test_a_certificate_of_a_known_authority_is_well_until_its_last_weeks(https_url: str, authority: Authority) -> None:
    endpoint, clock = Endpoint("objects", https_url, trusting(authority.ca_path)), FixedClock(SystemClock().now())
    first = certificate(endpoint, clock)
    ends_at = datetime.fromisoformat(f"{first.detail.removeprefix('valid until ')}T00:00:00+00:00")

    clock.advance((ends_at - clock.now() - timedelta(days=20)).total_seconds())
    later = certificate(endpoint, clock)

    assert (first.status, later.status, later.detail) == (Level.OK, Level.WARNING, first.detail)
    assert later.fix.ja


def test_a_certificate_that_proves_nothing_fails(https_url: str) -> None:
    found = certificate(Endpoint("objects", https_url, trusting(None)), SystemClock())

    assert found.status is Level.FAILED
    assert "proves nothing" in found.detail


def test_an_endpoint_that_nobody_serves_is_unavailable(authority: Authority) -> None:
    endpoint = Endpoint("objects", f"https://127.0.0.1:{free_port()}", trusting(authority.ca_path))

    for probe in endpoint_probes(endpoint, SystemClock()):
        with pytest.raises(Unavailable):
            probe.look()


@pytest.mark.parametrize(
    ("apart_s", "level"),
    [(0, Level.OK), (4, Level.OK), (8, Level.WARNING), (-8, Level.WARNING), (90, Level.FAILED), (-3600, Level.FAILED)],
)
def test_a_clock_that_goes_wrong_is_seen(apart_s: int, level: Level) -> None:
    with serving() as wire:
        clock = FixedClock(wire.date.replace(microsecond=0))
        wire.date += timedelta(seconds=apart_s)

        found = time_of(Endpoint("objects", wire.url, trusting(None)), clock)

    assert (found.status, found.detail) == (level, f"{abs(apart_s)} s from the platform's clock")


def test_a_private_address_is_not_reached() -> None:
    with serving() as wire:
        with pytest.raises(Invalid):
            time_of(Endpoint("objects", wire.url, Network()), SystemClock())

        assert wire.asked == []


def test_plain_http_has_no_certificate_to_look_at() -> None:
    checks = [probe.check for probe in endpoint_probes(Endpoint("objects", "http://x", Network()), SystemClock())]

    assert checks == ["clock"]
