"""The laptop's customer in Azure: what its administrator makes beforehand is enough for a token to make the rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.aws import Aws
from local.cast import TENANTS
from local.customers import CustomersClouds
from local.servers.tls import Authority
from local.state import State
from makoto.adapters.clouds import CloudDependencies, Connections, Network, open_cloud
from makoto.adapters.clouds.azure.provisioning import provision, remove
from makoto.adapters.clouds.memory.key_ring import MemoryKeyRing
from makoto.adapters.system import SystemClock, SystemIds
from makoto.domain import AzureAccount, TenantRecord
from makoto.ports.documents import Key
from tests.builders import tenant_record


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[CustomersClouds]:
    clouds = CustomersClouds(State.prepare(tmp_path), Aws("http://127.0.0.1:1"))
    try:
        clouds.start()
        yield clouds
    finally:
        clouds.stop()


def test_a_tenant_is_made_in_the_laptops_azure_and_leaves_it_empty_for_the_next(clouds: CustomersClouds) -> None:
    for tenant_id in ("t000000000001", "t000000000002"):
        record, dependencies = _entrusted(clouds, tenant_id)

        provision(record, dependencies)

        documents = open_cloud("azure", record, dependencies).documents
        assert documents.find(Key("p", "a")) is None
        documents.put(Key("p", "a"), {"n": 1})
        assert remove(record, dependencies) == ()
        dependencies.connections.close()


def _entrusted(clouds: CustomersClouds, tenant_id: str) -> tuple[TenantRecord, CloudDependencies]:
    place, keys, clock = clouds.azure(TENANTS[0].organization), MemoryKeyRing(), SystemClock()
    account = AzureAccount.model_validate(place["account"])
    keys.entrust(tenant_id, account, place["keys"])
    ca = Authority.in_folder(clouds.state.authority).ca_path
    dependencies = CloudDependencies(
        clock,
        SystemIds(),
        connections=Connections(clock=clock),
        key_ring=lambda: keys,
        network=Network(allows_private=True, ca_path=str(ca)),
    )
    return tenant_record(tenant_id, cloud=account), dependencies
