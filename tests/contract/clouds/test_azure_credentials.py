"""The broker of Azure: one way to a token, kept, renewed in time, shared by nobody."""

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.servers.entra import LIFE_S, application
from makoto.adapters.clouds.azure.credentials import OBJECTS, audience, token_source
from makoto.domain import AzureAccount, TenantRecord
from makoto.errors import Invalid, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.key_ring import KeysMissing
from tests.contract.clouds.azure_answers import Answer, answering
from tests.contract.clouds.azure_world import ISSUER, SECRET, SUBJECT, AzureWorld, azure_world


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureWorld]:
    with azure_world(tmp_path_factory.mktemp("azure")) as world:
        yield world


@pytest.fixture
def world(servers: AzureWorld) -> Iterator[AzureWorld]:
    servers.set_clock()
    yield servers
    servers.close()
    servers.entra.life_s = LIFE_S


def account(record: TenantRecord) -> AzureAccount:
    assert isinstance(record.cloud, AzureAccount)
    return record.cloud


@pytest.mark.parametrize("authentication", ["federation", "client_secret"])
def test_many_threads_share_one_request_for_a_token_and_keep_it(world: AzureWorld, authentication: str) -> None:
    source = token_source(world.record(authentication=authentication), world.dependencies(), OBJECTS)
    begun, together = world.entra.issued_count, threading.Barrier(8)

    def ask(_: int) -> str:
        together.wait()
        return source.current().token

    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(ask, range(8)))

    assert len(tokens) == world.entra.issued_count - begun == 1


def test_a_token_is_renewed_ahead_of_its_end(world: AzureWorld) -> None:
    source = token_source(world.record(), world.dependencies(), OBJECTS)
    source.current()
    begun = world.entra.issued_count

    world.clock.advance(3600 - 7 * 60)
    source.current()
    assert world.entra.issued_count == begun
    world.clock.advance(2 * 60)
    source.current()
    assert world.entra.issued_count == begun + 1


def test_a_kept_token_serves_while_the_directory_is_down(world: AzureWorld) -> None:
    record = world.record()
    source = token_source(record, world.dependencies(), OBJECTS)
    kept = source.current()
    world.clock.advance(3600 - 60)
    assert world.network.ca_path is not None
    with answering(Answer(503), world.network.ca_path) as url:
        elsewhere = record.model_copy(update={"cloud": account(record).model_copy(update={"authority": url})})
        down = token_source(elsewhere, world.dependencies(), OBJECTS)
        down._kept = kept

        assert down.current() is kept
        world.clock.advance(60)
        with pytest.raises(Unavailable) as refused:
            down.current()
    assert not isinstance(refused.value, CredentialsRefused)


@pytest.mark.parametrize("authentication", ["federation", "client_secret"])
def test_a_directory_that_cannot_be_reached_is_unavailable(world: AzureWorld, authentication: str) -> None:
    record = world.record(authority="https://127.0.0.1:1", authentication=authentication)

    with pytest.raises(Unavailable) as refused:
        world.open(record).objects.list()

    assert not isinstance(refused.value, CredentialsRefused)


def test_a_directory_trusts_the_platform_for_the_agreed_id_only(world: AzureWorld) -> None:
    """Who names another customer's application without knowing what was agreed with it gets no token for it."""
    victim, thief = world.tenant(), world.record()
    stolen = {
        "directory_id": account(victim).directory_id,
        "client_id": account(victim).client_id,
        "objects": account(victim).objects,
    }
    pretending = thief.model_copy(update={"cloud": account(thief).model_copy(update=stolen)})

    assert account(thief).external_id != account(victim).external_id
    assert world.open(victim).objects.list().items == ()
    with pytest.raises(CredentialsRefused, match="AADSTS700213"):
        world.open(pretending).objects.list()


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"exp": 1, "iat": 1}, "AADSTS700024"),
        ({"iss": "https://evil.test"}, "AADSTS700213"),
        ({"sub": "arn:aws:iam::000000000000:role/another"}, "AADSTS700213"),
    ],
)
def test_an_assertion_that_is_not_the_platforms_is_refused(
    world: AzureWorld, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], number: str
) -> None:
    record, token = world.tenant(), world.issuer.token
    monkeypatch.setattr(world.issuer, "token", lambda audience: token(audience, **changes))

    with pytest.raises(CredentialsRefused, match=number):
        world.open(record).objects.list()


def test_an_assertion_signed_by_another_key_is_refused(world: AzureWorld) -> None:
    record = world.tenant()
    trust = {"issuer": ISSUER, "subject": SUBJECT, "audience": audience(account(record)), "shared_key": "k" * 32}
    world.entra.register(account(record).directory_id, account(record).client_id, application(trusts=(trust,)))

    with pytest.raises(CredentialsRefused, match="AADSTS700027"):
        world.open(record).objects.list()


def test_a_wrong_secret_is_refused_and_a_rotated_one_is_read_anew(world: AzureWorld) -> None:
    record = world.tenant(authentication="client_secret")
    objects = world.open(record).objects
    assert objects.list().items == ()

    world.trust(record, "rotated-2")
    world.keys.entrust(record.tenant_id, record.cloud, {"client_secret": SECRET})
    world.clock.advance(3600)
    with pytest.raises(CredentialsRefused, match="AADSTS7000215"):
        objects.list()

    world.keys.entrust(record.tenant_id, record.cloud, {"client_secret": "rotated-2"})
    assert objects.list().items == ()


def test_a_secret_that_was_taken_back_opens_nothing(world: AzureWorld) -> None:
    record = world.tenant(authentication="client_secret")
    world.keys.forget(record.tenant_id, record.cloud)

    with pytest.raises(KeysMissing):
        world.open(record).objects.list()


@pytest.mark.parametrize("store", ["objects", "secrets"])
def test_a_token_that_ends_while_our_clock_is_late_is_replaced(world: AzureWorld, store: str) -> None:
    """Only the refusal tells that it has ended: our clock is two hours behind."""
    record = world.tenant()
    world.entra.life_s = 4
    world.clock.advance(-7200)
    stores = world.open(record)
    stores.secrets.put("name", "x")

    def act() -> object:
        return stores.objects.list() if store == "objects" else stores.secrets.read_through("name")

    act()
    begun, world.entra.life_s = world.entra.issued_count, LIFE_S

    time.sleep(5)  # the servers' own clocks decide
    act()

    assert world.entra.issued_count > begun


def test_a_record_that_points_outside_its_regions_or_azure_is_refused(world: AzureWorld) -> None:
    with pytest.raises(Invalid) as refused:
        world.open(world.record().model_copy(update={"residency": ("japanwest",)})).objects.list()

    assert [(error.pointer, error.rule) for error in refused.value.errors] == [("/cloud/region", "residency")]


@pytest.mark.parametrize("authentication", ["federation", "client_secret"])
def test_no_secret_and_no_token_is_logged(
    world: AzureWorld, caplog: pytest.LogCaptureFixture, authentication: str
) -> None:
    caplog.set_level(logging.DEBUG)
    record = world.tenant(authentication=authentication)
    stores, cloud = world.open(record), world.cloud(record)
    stores.secrets.put("llm/key", "hunter2-the-value")
    stores.secrets.get("llm/key")
    stores.secrets.delete("llm/key")
    stores.objects.upload("a", b"abc", content_type="text/plain")
    stores.objects.copy("a", "b")
    signed = stores.objects.signed_url("a", expires_in_s=60)
    unknown = _unknown(record)
    world.keys.entrust(record.tenant_id, unknown, {"client_secret": SECRET})
    with pytest.raises(CredentialsRefused):
        world.open(record.model_copy(update={"cloud": unknown})).objects.list()
    tokens = [cloud.blobs().call(lambda client: client.source.current().token)]
    tokens += [cloud.vault().call(lambda client: client.source.current().token), *world.issuer.shown]

    logged = "\n".join(f"{each.getMessage()} {each.exc_text or ''} {each.args!r}" for each in caplog.records)

    assert "azure" in {each.name.partition(".")[0] for each in caplog.records}
    assert "urllib3" in {each.name.partition(".")[0] for each in caplog.records}
    for secret in ("hunter2-the-value", SECRET, signed.url.partition("sig=")[2], *tokens):
        assert secret not in logged
        assert secret.rpartition(".")[2] not in logged
    assert "sig=" not in logged


def _unknown(record: TenantRecord) -> AzureAccount:
    return account(record).model_copy(update={"client_id": "00000000-0000-0000-0000-0000000000ff"})
