"""A tenant moves between real stores: DynamoDB, S3, Secrets Manager to PostgreSQL, another S3, Vault, and back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.moves.service import finish_move, read_move, roll_back_move
from functions.moves.views import MoveDetail
from makoto.adapters.clouds import CloudDependencies, open_cloud
from makoto.adapters.clouds.aws.credentials import CredentialsBroker
from makoto.adapters.clouds.memory import FixedClock
from makoto.adapters.provisioning import TenantCloudsProvisioner
from makoto.adapters.system import SystemClock, SystemIds
from makoto.domain import AwsAccount, AzureAccount, CloudAccount, TenantRecord
from makoto.ports.context import TenantStores
from makoto.ports.documents import Key
from makoto.ports.move_entry import Move, MoveStatus, MoveStep
from tests.builders import TENANT, tenant_record
from tests.contract.clouds.azure_world import AzureWorld, azure_world
from tests.contract.clouds.postgres_world import PostgresWorld
from tests.contract.clouds.rented_world import RentedWorld, custom_account
from tests.contract.clouds.vault_world import VaultWorld
from tests.contract.clouds.worlds import PLATFORM_ACCOUNT, REGION, ROLE, AwsWorld
from tests.unit.moves.world import ACT, SEEN_S, World, fill

NUMBER = 4711
HOSTED = AwsAccount(account_id=PLATFORM_ACCOUNT, region=REGION, role_arn=f"arn:aws:iam::{PLATFORM_ACCOUNT}:role/{ROLE}")


class _Stores(World):
    """The world of moves over servers: the register in this process, the tenant's data where it would be."""

    azure: AzureWorld | None = None

    def __init__(self, aws: AwsWorld, rented: RentedWorld, target: CloudAccount) -> None:
        self.aws, self.rented = aws, rented
        self._open: dict[CloudAccount, TenantStores] = {}
        super().__init__(target=target, source=HOSTED, clock=rented.clock)

    def raw(self, account: CloudAccount, tenant_id: str = TENANT) -> TenantStores:
        if account not in self._open:
            record = tenant_record(tenant_id, cloud=account)
            self._open[account] = self._opened(record)
        return self._open[account]

    def _opened(self, record: TenantRecord) -> TenantStores:
        if isinstance(record.cloud, AzureAccount):
            assert self.azure is not None
            return self.azure.open(record)
        if not isinstance(record.cloud, AwsAccount):
            return self.rented.open(record)
        dependencies = CloudDependencies(self.clock, SystemIds(), self.aws.endpoint_url)
        dependencies.connections.keep(CredentialsBroker, lambda: self.aws.broker)
        return open_cloud("aws", record, dependencies)


class _Provisioner:
    """Makes stores as onboarding does; those in AWS stand already."""

    def __init__(self, world: _Stores) -> None:
        self._world = world

    def reach(self, record: TenantRecord) -> None:
        if not isinstance(record.cloud, AwsAccount):
            self._of(record).reach(record)

    def provision(self, record: TenantRecord) -> None:
        if not isinstance(record.cloud, AwsAccount):
            self._of(record).provision(record)

    def remove(self, record: TenantRecord) -> Any:
        return () if isinstance(record.cloud, AwsAccount) else self._of(record).remove(record)

    def _of(self, record: TenantRecord) -> TenantCloudsProvisioner:
        where = self._world.azure if isinstance(record.cloud, AzureAccount) else self._world.rented
        assert where is not None
        return TenantCloudsProvisioner(where.dependencies())


@pytest.fixture(scope="module")
def rented_world(aws_world: AwsWorld, postgres_world: PostgresWorld, vault_world: VaultWorld) -> Iterator[RentedWorld]:
    rented = RentedWorld(custom_account, aws_world, postgres_world, vault_world)
    aws_world.made(tenant_record(TENANT, cloud=HOSTED))
    yield rented
    rented.close_opened()


@pytest.fixture
def world(aws_world: AwsWorld, rented_world: RentedWorld, monkeypatch: pytest.MonkeyPatch) -> _Stores:
    rented_world.clock = FixedClock(SystemClock().now())
    target = custom_account(rented_world, TENANT)
    record = tenant_record(TENANT, cloud=target)
    rented_world.entrust(record, rented_world.vault.approle(record))
    world = _Stores(aws_world, rented_world, target)
    object.__setattr__(world.ports, "provisioner", _Provisioner(world))
    object.__setattr__(world.ports, "key_ring", rented_world.ring)
    keys = rented_world.ring.keys(TENANT, target)
    monkeypatch.setattr(rented_world.ring, "forget", lambda tenant_id, account: None)
    fill(world, count=30)
    world.keys = dict(keys)  # type: ignore[attr-defined]  # for the bodies of requests
    return world


def _contents(world: _Stores, account: CloudAccount) -> dict[str, Any]:
    stores = world.raw(account)
    listed = stores.objects.driver.page("", "", 1000)
    return {
        "documents": {each.key: (each.data, each.expires_at) for each in world.documents(account)},
        "objects": {
            each.key: (stores.objects.download(each.key), stores.objects.head(each.key).metadata) for each in listed
        },
        "secrets": {name: stores.secrets.read_through(name).reveal() for name in stores.secrets.all_names()},
    }


def _to_custom(world: _Stores) -> dict[str, Any]:
    account, keys = world.target.model_dump(mode="json"), world.keys  # type: ignore[attr-defined]  # set by the fixture
    return {"cloud": {"mode": "custom", "account": account, "keys": keys}}


def _finished(world: _Stores) -> Move:
    """End the grace period at once: the clock is not to leave that of the servers' credentials far behind."""
    finish_move(TENANT, world.run().move_id, ACT, world.ports)
    return world.run(through_grace=True)


def test_there_and_back_with_a_writer_at_work_ends_with_equal_checksums(world: _Stores) -> None:
    first = world.start(remove_source=True, **_to_custom(world))
    world.run([MoveStep.CATCH_UP])
    world.clock.advance(SEEN_S)
    tenant = world.writer()
    tenant.documents.put(Key("live", "part-1"), {"n": 1})
    tenant.documents.delete(Key("line-0", "part-0000"))
    tenant.objects.upload("live.txt", b"live", content_type="text/plain")
    tenant.secrets.put("live", "value")

    move = _finished(world)

    assert (move.status, move.cause, move.residue) == (MoveStatus.FINISHED, None, None)
    there = _contents(world, world.target)
    assert there["documents"][Key("live", "part-1")][0] == {"n": 1}
    assert Key("line-0", "part-0000") not in there["documents"]
    assert there["objects"]["live.txt"][0] == b"live"
    assert there["secrets"]["live"] == "value"
    assert _contents(world, world.source)["documents"] == {}

    second = world.start("key-2", cloud={"mode": "hosted"}, remove_source=True)
    back = _finished(world)

    assert (back.status, back.cause, back.residue) == (MoveStatus.FINISHED, None, None)
    assert _contents(world, world.source) == there
    shown = [read_move(TENANT, each.move_id, world.ports) for each in (first, second)]
    assert shown[0].target_held == shown[1].source_held == shown[1].target_held


def test_a_tenant_is_taken_back_from_other_products_with_all_it_wrote(world: _Stores) -> None:
    move = world.start(**_to_custom(world))
    world.run([MoveStep.LATE_UPLOADS])
    world.clock.advance(SEEN_S)
    world.writer().documents.put(Key("live", "after"), {"n": 2})
    world.writer().objects.delete("drawings/1.png")

    roll_back_move(TENANT, move.move_id, ACT, world.ports)
    ended = world.run(through_grace=True)

    assert (ended.status, ended.residue) == (MoveStatus.ROLLED_BACK, None)
    here = _contents(world, world.source)
    assert here["documents"][Key("live", "after")][0] == {"n": 2}
    assert "drawings/1.png" not in here["objects"]


@pytest.fixture
def azure(world: _Stores, tmp_path: Path) -> Iterator[AzureAccount]:
    """An account in Azure's stand-ins, its stores not made yet."""
    with azure_world(tmp_path) as azure:
        azure.clock = world.clock
        world.azure = azure
        record = tenant_record(TENANT, cloud=azure.account(NUMBER))
        azure.trust(record)
        azure.make_database(record)
        assert isinstance(record.cloud, AzureAccount)
        yield record.cloud
        azure.close()


def test_round_three_clouds_the_checksums_stay_the_same(world: _Stores, azure: AzureAccount) -> None:
    in_azure = {"cloud": {"mode": "azure", "account": azure.model_dump(mode="json")}}
    ways = [_to_custom(world), in_azure, {"cloud": {"mode": "hosted"}}]
    shown = list[MoveDetail]()

    for number, way in enumerate(ways):
        begun = world.start(f"key-{number}", remove_source=True, **way)
        move = _finished(world)
        assert (move.status, move.cause, move.residue) == (MoveStatus.FINISHED, None, None)
        shown.append(read_move(TENANT, begun.move_id, world.ports))

    held = {each for move in shown for each in (move.source_held, move.target_held)}
    assert len(held) == 1
    assert [move.target.provider for move in shown] == ["custom", "azure", "aws"]
    assert all(move.is_equal for move in shown)
