"""What a look into real stores finds: rights that are missing, rights that are too many, a clock that goes wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from makoto.adapters.clouds import CloudDependencies
from makoto.adapters.clouds.aws import diagnosis as aws
from makoto.adapters.clouds.aws.credentials import CredentialsBroker
from makoto.adapters.clouds.azure import diagnosis as azure_diagnosis
from makoto.adapters.clouds.custom import diagnosis as custom
from makoto.adapters.stores.mongo import diagnosis as mongo
from makoto.adapters.stores.vault import diagnosis as vault
from makoto.adapters.system import SystemIds
from makoto.conformance.diagnosis import Examination, diagnose
from makoto.domain import TenantRecord
from makoto.ports.diagnosis import Finding, Level
from tests.contract.clouds.azure_world import AzureWorld, azure_world
from tests.contract.clouds.mongo_world import MongoWorld
from tests.contract.clouds.postgres_world import PostgresWorld
from tests.contract.clouds.rented_world import RentedWorld, custom_account
from tests.contract.clouds.vault_world import VaultWorld
from tests.contract.clouds.worlds import EXTERNAL_ID, OWN_ACCOUNT, AwsWorld, new_tenant

POWERS = "CREATEDB, CREATEROLE"
"""What the owner of the session's own database may do; a tenant's role would not."""


@pytest.fixture
def rented(aws_world: AwsWorld, postgres_world: PostgresWorld, vault_world: VaultWorld) -> Iterator[RentedWorld]:
    world = RentedWorld(custom_account, aws_world, postgres_world, vault_world)
    yield world
    world.close_opened()
    world.close()


@pytest.fixture
def azure(tmp_path: Path) -> Iterator[AzureWorld]:
    with azure_world(tmp_path) as world:
        yield world
        world.close()


def found_in(world: Any, record: TenantRecord, dependencies: CloudDependencies, module: Any) -> list[Finding]:
    probes = tuple(module.probes(record, dependencies))
    return list(diagnose(Examination(world.open(record), world.clock, SystemIds(), probes, module.GRANTS)))


def test_a_custom_tenants_stores_are_looked_into_whole(rented: RentedWorld) -> None:
    record = rented.tenant()

    found = found_in(rented, record, rented.dependencies(), custom)

    assert [each for each in found if each.status is Level.FAILED] == []
    looked = {(each.store, each.check) for each in found}
    assert looked >= {("secrets", "tls"), ("secrets", "clock"), ("objects", "clock"), ("documents", "clock")}
    (role,) = [each for each in found if each.check == "excess" and each.store == "documents"]
    assert (role.status, role.detail.partition(": ")[2]) == (Level.WARNING, POWERS), role.detail
    assert POWERS in role.fix.ja


def test_a_clock_that_goes_wrong_is_seen_in_every_store(rented: RentedWorld) -> None:
    record = rented.tenant()
    rented.clock.advance(30)

    probes = [probe for probe in custom.probes(record, rented.dependencies()) if probe.check == "clock"]

    assert {(probe.store, probe.look().status) for probe in probes} == {
        (store, Level.WARNING) for store in ("documents", "objects", "secrets")
    }


def test_a_root_token_may_do_too_much(vault_world: VaultWorld) -> None:
    record = vault_world.tenant()
    (probe,) = vault.probes(vault_world.connection(record))
    assert probe.look().status is Level.OK

    vault_world.keys[record.tenant_id] = {"token": vault_world.admin.token}
    vault_world.connections.forget(record.tenant_id)

    assert (probe.look().status, "policy root" in probe.look().detail) == (Level.WARNING, True)


def test_a_mongodb_server_tells_its_time_and_roles(mongo_world: MongoWorld) -> None:
    probes = list(mongo.probes(mongo_world.connection(mongo_world.tenant()), mongo_world.clock))

    assert {probe.check: probe.look().status for probe in probes}["clock"] is Level.OK
    assert [probe.look().status for probe in probes if probe.check == "excess"] != [Level.FAILED]


def test_a_role_in_an_account_of_the_tenants_own_is_looked_at(aws_world: AwsWorld) -> None:
    record = aws_world.made(new_tenant(OWN_ACCOUNT, EXTERNAL_ID))
    dependencies = CloudDependencies(aws_world.clock, SystemIds(), aws_world.endpoint_url)
    dependencies.connections.keep(CredentialsBroker, lambda: aws_world.broker)
    (probe,) = [each for each in aws.probes(record, dependencies) if each.check == "excess"]

    found = probe.look()

    assert (found.status, "s3:ListAllMyBuckets" in found.detail) == (Level.WARNING, True)
    assert "iam:ListUsers" not in found.detail


def test_a_hosted_tenant_has_no_role_of_its_own(aws_world: AwsWorld) -> None:
    dependencies = CloudDependencies(aws_world.clock, SystemIds(), aws_world.endpoint_url)

    assert [each.check for each in aws.probes(aws_world.tenant(), dependencies)] == ["clock"] * 3


def test_an_azure_tenants_stores_are_looked_into_whole(azure: AzureWorld) -> None:
    record = azure.tenant()

    found = found_in(azure, record, azure.dependencies(), azure_diagnosis)

    assert [each for each in found if each.status is Level.FAILED] == []
    assert {(each.store, each.check) for each in found} >= {("secrets", "tls"), ("documents", "clock")}
