"""The folder of clouds as the registry."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from makoto.adapters.clouds import CloudDependencies, Connections, open_cloud
from makoto.adapters.clouds.memory import CountingIds, FixedClock
from makoto.errors import Invalid
from makoto.ports.documents import Key
from tests.builders import OTHER_TENANT, tenant_record


@pytest.fixture
def dependencies() -> CloudDependencies:
    return CloudDependencies(FixedClock(), CountingIds())


def test_two_openings_of_a_tenant_share_its_data_and_two_tenants_nothing(dependencies: CloudDependencies) -> None:
    one, again = (open_cloud("memory", tenant_record(), dependencies) for _ in range(2))
    one.documents.put(Key("p", "1"), {"n": 1})

    assert again.documents.get(Key("p", "1")).data == {"n": 1}
    assert open_cloud("memory", tenant_record(OTHER_TENANT), dependencies).documents.find(Key("p", "1")) is None


def test_two_processes_share_no_memory_cloud(dependencies: CloudDependencies) -> None:
    open_cloud("memory", tenant_record(), dependencies).documents.put(Key("p", "1"), {"n": 1})
    other = CloudDependencies(FixedClock(), CountingIds())

    assert open_cloud("memory", tenant_record(), other).documents.find(Key("p", "1")) is None


@pytest.mark.parametrize("provider", ["", "nimbus", "aws.secrets", "..", "os", "a b"])
def test_a_cloud_that_is_no_folder_here_is_refused(dependencies: CloudDependencies, provider: str) -> None:
    with pytest.raises(Invalid):
        open_cloud(provider, tenant_record(), dependencies)


def test_a_connection_is_made_once_among_threads() -> None:
    connections, made = Connections(), count(1)

    with ThreadPoolExecutor(8) as pool:
        kept = set(pool.map(lambda _: connections.keep("a", lambda: next(made)), range(64)))

    assert kept == {1}


def test_the_least_used_connection_is_dropped_first() -> None:
    connections = Connections(most=2)
    for key in ("a", "b", "a", "c"):
        connections.keep(key, lambda key=key: f"first {key}")  # type: ignore[misc]  # mypy cannot type a default

    assert connections.keep("a", lambda: "second a") == "first a"
    assert connections.keep("b", lambda: "second b") == "second b"
