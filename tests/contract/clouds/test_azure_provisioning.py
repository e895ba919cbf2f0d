"""A tenant's stores in Azure: made once, marked, removed when empty, and refused by name."""

from collections.abc import Iterator

import pytest

from local.servers.cosmos.access import KEY
from makoto.adapters.clouds import account_of
from makoto.adapters.clouds.azure.cosmos_client import connect_account
from makoto.adapters.clouds.azure.cosmos_container import has_container
from makoto.adapters.clouds.azure.provisioning import provision, reach, remove
from makoto.domain import AzureAccount, TenantRecord
from makoto.errors import Invalid, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.documents import Key
from makoto.ports.provisioning import StoreRefused, StoreTaken
from tests.contract.clouds.azure_world import AzureWorld, azure_world
from tests.contract.clouds.cosmos_keys_only import items_of


@pytest.fixture(scope="module", params=[False, True], ids=["tokens make containers", "keys only make containers"])
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureWorld]:
    with azure_world(tmp_path_factory.mktemp("azure"), keys_only_manage=request.param) as world:
        yield world


@pytest.fixture
def world(servers: AzureWorld) -> Iterator[AzureWorld]:
    yield servers
    servers.close()


def test_a_tenants_whole_life(world: AzureWorld) -> None:
    record = world.record()
    world.make_database(record)
    reach(record, world.dependencies())
    provision(record, world.dependencies())
    provision(record, world.dependencies())
    stores = world.open(record)
    stores.documents.put(Key("p", "1"), {"n": 1})
    stores.secrets.put("llm/key", "x")
    stores.objects.upload("a", b"abc", content_type="text/plain")

    assert remove(record, world.dependencies()) == (account_of(record, AzureAccount).objects.container,)
    assert world.open(record).objects.download("a") == b"abc"
    world.open(record).objects.delete("a")

    assert remove(record, world.dependencies()) == ()
    assert remove(record, world.dependencies()) == ()
    assert world.cloud(record).secrets().names() == []
    with pytest.raises(Unavailable):
        world.open(record).objects.list()


def test_a_container_that_was_made_for_another_tenant_is_neither_taken_nor_removed(world: AzureWorld) -> None:
    owner, other = world.tenant(), world.record()
    world.open(owner).objects.upload("a", b"abc", content_type="text/plain")
    world.make_database(other)
    account = account_of(other, AzureAccount)
    taken = account.model_copy(update={"objects": account_of(owner, AzureAccount).objects})
    pretending = other.model_copy(update={"cloud": taken})

    with pytest.raises(StoreTaken):
        provision(pretending, world.dependencies())
    assert remove(pretending, world.dependencies()) == ()
    assert world.open(owner).objects.download("a") == b"abc"


def test_documents_are_gone_where_their_container_has_to_stay(world: AzureWorld) -> None:
    record = world.tenant()
    world.open(record).documents.put(Key("p", "1"), {"n": 1})

    remove(record, world.dependencies())

    described = account_of(record, AzureAccount).documents
    with connect_account(described, KEY, world.network) as client:
        assert has_container(client, described.database) == world.keys_only_manage
        assert not world.keys_only_manage or items_of(client, described.database) == []


def test_a_vault_that_refuses_is_named_with_the_role_that_is_missing(world: AzureWorld) -> None:
    record = world.record()
    world.make_database(record)
    world.deny(record, "list")

    with pytest.raises(StoreRefused, match=r"secrets: .* Key Vault Secrets Officer"):
        provision(record, world.dependencies())


def test_a_directory_that_does_not_trust_the_platform_is_not_reached(world: AzureWorld) -> None:
    record = world.record()
    world.entra.register(_account(record).directory_id, _account(record).client_id, {"secrets": [], "trusts": []})

    with pytest.raises(CredentialsRefused):
        reach(record, world.dependencies())


@pytest.mark.parametrize(
    ("region", "pointer"), [("japaneast", "/cloud/region"), ("japanwest", "/cloud/documents/endpoint")]
)
def test_what_lies_outside_the_tenants_regions_is_not_reached(world: AzureWorld, region: str, pointer: str) -> None:
    """The database of this world is in Japan East, and the tenant's data may lie in Japan West only."""
    record = world.record(region=region).model_copy(update={"residency": ("japanwest",)})
    world.make_database(record)

    for act in (reach, provision):
        with pytest.raises(Invalid) as refused:
            act(record, world.dependencies())
        assert [error.pointer for error in refused.value.errors] == [pointer]
    with pytest.raises(Invalid):
        world.open(record).documents.find(Key("p", "1"))


def _account(record: TenantRecord) -> AzureAccount:
    return account_of(record, AzureAccount)
