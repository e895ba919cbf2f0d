"""Key vaults: soft delete, purge and what a vault refuses."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from makoto.adapters.clouds.azure.secret_names import own_name, vault_name
from makoto.errors import Forbidden, MakotoError, Throttled, Unavailable
from makoto.ports.secrets import SecretNotFound
from tests.contract.clouds.azure_answers import Answer, answering
from tests.contract.clouds.azure_world import AzureWorld, azure_world

LONG = "/".join(["ab"] * 33) + "/c"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureWorld]:
    with azure_world(tmp_path_factory.mktemp("azure")) as world:
        yield world


@pytest.fixture
def world(servers: AzureWorld) -> Iterator[AzureWorld]:
    yield servers
    servers.close()
    servers.vault.settle_s = 0.0


def test_a_name_is_free_again_although_the_vault_takes_its_time(world: AzureWorld) -> None:
    world.vault.settle_s = 0.6
    secrets = world.open(world.tenant()).secrets
    secrets.put("name", "first")

    secrets.delete("name")
    with pytest.raises(SecretNotFound):
        secrets.get("name")
    secrets.put("name", "again")

    assert secrets.get("name").reveal() == "again"


def test_where_purging_is_forbidden_a_name_is_recovered_when_it_comes_again(world: AzureWorld) -> None:
    record = world.tenant()
    world.deny(record, "purge")
    secrets = world.open(record).secrets
    secrets.put("name", "first")

    secrets.delete("name")
    with pytest.raises(SecretNotFound):
        world.open(record).secrets.get("name")
    secrets.put("name", "again")

    assert world.open(record).secrets.get("name").reveal() == "again"


def test_a_deletion_that_ended_before_it_had_purged_does_not_keep_the_name(world: AzureWorld) -> None:
    record = world.tenant()
    cloud, secrets = world.cloud(record), world.open(record).secrets
    secrets.put("name", "first")
    kept = vault_name(record.tenant_id, "name")
    cloud.vault().call(lambda client: client.sdk.begin_delete_secret(kept).wait())

    assert secrets.get_or_create("other", lambda: "x").reveal() == "x"
    assert world.open(record).secrets.get_or_create("name", lambda: "again").reveal() == "again"


def test_of_six_who_make_a_secret_all_get_the_same_and_one_version_is_made(world: AzureWorld) -> None:
    record = world.tenant()
    processes = [world.open(record).secrets for _ in range(6)]

    with ThreadPoolExecutor(6) as pool:
        made = list(
            pool.map(lambda each: each[1].get_or_create("k", lambda: f"{each[0]}").reveal(), enumerate(processes))
        )

    kept = vault_name(record.tenant_id, "k")
    versions = (
        world.cloud(record).vault().call(lambda client: list(client.sdk.list_properties_of_secret_versions(kept)))
    )
    assert (len(set(made)), len(versions)) == (1, 1)


def test_a_permission_that_is_missing_is_forbidden(world: AzureWorld) -> None:
    record = world.tenant()
    world.deny(record, "get", "set")

    for act in (lambda: world.open(record).secrets.get("name"), lambda: world.open(record).secrets.put("name", "x")):
        with pytest.raises(Forbidden):
            act()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(429, "TooManyRequests", {"Retry-After": "7"}), Throttled),
        (Answer(503, "ServiceUnavailable"), Throttled),
        (Answer(500, "InternalServerError"), Unavailable),
        (Answer(403, "Forbidden"), Forbidden),
    ],
)
def test_what_a_vault_refuses_is_one_of_our_kinds(
    world: AzureWorld, answer: Answer, expected: type[MakotoError]
) -> None:
    assert world.network.ca_path is not None
    with answering(answer, world.network.ca_path) as url:
        secrets = world.open(world.record(secrets={"endpoint": url})).secrets
        with pytest.raises(expected) as refused:
            secrets.get("name")
        world.close()
    if isinstance(refused.value, Throttled) and answer.headers:
        assert refused.value.retry_after_s == 7


def test_where_nothing_answers_the_vault_is_unavailable(world: AzureWorld) -> None:
    with pytest.raises(Unavailable):
        world.open(world.record(secrets={"endpoint": "https://127.0.0.1:1"})).secrets.get("name")


@pytest.mark.parametrize("name", ["a", "llm/openai-key", "a-b/c-d/e", "x" * 100, LONG])
def test_a_name_is_safe_and_can_be_told_back(world: AzureWorld, name: str) -> None:
    record = world.tenant()
    secrets = world.open(record).secrets

    secrets.put(name, "x")

    assert world.cloud(record).secrets().names() == [name]
    assert world.open(record).secrets.get(name).reveal() == "x"


def test_names_are_a_vaults_and_no_two_are_one() -> None:
    tenant = "t0123456789ab"
    names = ["a/b", "a-b", LONG, LONG[:-1] + "d"]

    kept = [vault_name(tenant, name) for name in names]

    assert len(set(kept)) == len(names)
    assert all(len(each) <= 127 and each.replace("-", "").isalnum() for each in kept)
    assert own_name("t0123456789ac", kept[0], {}) is None
    assert [own_name(tenant, each, {"makoto-name": name}) for each, name in zip(kept, names, strict=True)] == names
