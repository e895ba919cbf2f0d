"""HashiCorp Vault under the contract of secrets, and what only it has: logins that end, policies, a seal."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from local.servers.vault import VaultServer, served
from makoto.adapters.clouds import Network
from makoto.adapters.stores.vault import VaultSecrets, VaultSession, open_session
from makoto.domain import TenantRecord
from makoto.domain.clouds import VaultMount
from makoto.errors import Forbidden, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.key_ring import KeysMissing
from makoto.ports.secrets import SecretNotFound
from tests.contract.clouds.secrets_suite import SecretsContract
from tests.contract.clouds.vault_world import ROOT, VaultWorld

NAME = "llm/openai-key"


@pytest.fixture
def server(tmp_path: Path) -> VaultServer:
    """A server of one test's own, which may be sealed."""
    return VaultServer(tmp_path, ROOT)


@pytest.fixture
def own_world(server: VaultServer) -> Iterator[VaultWorld]:
    with served(server) as url:
        world = VaultWorld.at(url, ROOT, None)
        yield world
        world.admin.adapter.close()
        world.connections.close()


class TestVaultSecrets(SecretsContract):
    @pytest.fixture
    def world(self, vault_world: VaultWorld) -> VaultWorld:
        return vault_world


def secrets_of(world: VaultWorld, record: TenantRecord) -> VaultSecrets:
    return VaultSecrets(world.connection(record), world.vault.mount, record.tenant_id)


def test_a_tenants_login_reaches_no_other_tenants_folder(vault_world: VaultWorld) -> None:
    victim, thief = vault_world.tenant(), vault_world.tenant()
    secrets_of(vault_world, victim).create(NAME, "of victim")
    bound_wrongly = VaultSecrets(vault_world.connection(thief), vault_world.vault.mount, victim.tenant_id)

    for act in (
        lambda: bound_wrongly.read(NAME),
        lambda: bound_wrongly.create("mine", "x"),
        lambda: bound_wrongly.update(NAME, "x"),
        lambda: bound_wrongly.delete(NAME),
    ):
        with pytest.raises(Forbidden):
            act()
    assert secrets_of(vault_world, victim).read(NAME) == "of victim"


def test_a_delete_leaves_no_version_behind(vault_world: VaultWorld) -> None:
    tenant = vault_world.tenant()
    secrets = secrets_of(vault_world, tenant)
    secrets.create(NAME, "first")
    secrets.update(NAME, "second")

    secrets.delete(NAME)

    assert secrets.create(NAME, "third")  # the check-and-set of 0 means that no version is left
    assert secrets.read(NAME) == "third"


def test_a_token_that_was_taken_back_is_refused_and_a_rotated_one_serves(own_world: VaultWorld) -> None:
    tenant = own_world.tenant()
    own_world.keys[tenant.tenant_id] = first = own_world.token(tenant)
    secrets = secrets_of(own_world, tenant)
    secrets.create(NAME, "x")

    own_world.admin.auth.token.revoke(first["token"])
    with pytest.raises(CredentialsRefused):
        secrets.read(NAME)
    own_world.keys[tenant.tenant_id] = own_world.token(tenant)

    assert secrets.read(NAME) == "x"


def test_a_login_is_renewed_ahead_of_its_end_and_made_anew_at_its_longest(
    own_world: VaultWorld, server: VaultServer
) -> None:
    tenant = own_world.tenant()
    own_world.keys[tenant.tenant_id] = own_world.approle(tenant, ttl_s=900)
    session = own_world.session(tenant)
    first = session.ready().token
    at_the_server = server.logins._tokens[first]
    at_the_server.ends_at = time.time() + 300

    own_world.clock.advance(599)
    session.ready()
    assert at_the_server.ends_at < time.time() + 301
    own_world.clock.advance(2)
    assert session.ready().token == first
    assert at_the_server.ends_at > time.time() + 800
    at_the_server.longest_until = time.time() + 1
    own_world.clock.advance(700)

    assert session.ready().token != first
    session.close()


def test_a_token_is_renewed_in_place(own_world: VaultWorld, server: VaultServer) -> None:
    tenant = own_world.tenant()
    own_world.keys[tenant.tenant_id] = keys = own_world.token(tenant, ttl_s=600)
    session = own_world.session(tenant)
    session.ready()
    kept = server.logins._tokens[keys["token"]]
    kept.ends_at = 60 + (kept.ends_at or 0) - 600

    own_world.clock.advance(500)
    session.ready()

    assert (kept.ends_at or 0) > 500
    session.close()


def test_wrong_keys_are_refused_before_anything_is_read(own_world: VaultWorld) -> None:
    tenant = own_world.tenant()
    for keys in ({"token": "hvs.wrong"}, {**own_world.keys[tenant.tenant_id], "secret_id": "wrong"}):
        own_world.keys[tenant.tenant_id] = keys
        with pytest.raises(CredentialsRefused):
            VaultSecrets(own_world.connection(tenant), "secret", tenant.tenant_id).read(NAME)
        own_world.connections.forget(tenant.tenant_id)


def test_keys_that_open_no_vault_are_missing(own_world: VaultWorld) -> None:
    for keys in ({}, {"role_id": "x"}, {"username": "x"}):
        with pytest.raises(KeysMissing):
            open_session(own_world.vault, keys, own_world.network, own_world.clock)


def test_nothing_is_taken_from_the_environment(own_world: VaultWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = own_world.tenant()
    monkeypatch.setenv("VAULT_TOKEN", ROOT)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    own_world.keys[tenant.tenant_id] = {"role_id": "wrong", "secret_id": "wrong"}

    with pytest.raises(CredentialsRefused):
        secrets_of(own_world, tenant).read(NAME)


def test_a_sealed_vault_is_unavailable_and_a_busy_one_throttled(own_world: VaultWorld, server: VaultServer) -> None:
    secrets = secrets_of(own_world, own_world.tenant())
    secrets.create(NAME, "x")

    server.is_sealed = True
    with pytest.raises(Unavailable, match="sealed"):
        secrets.read(NAME)
    server.is_sealed, server.busy = False, 1
    with pytest.raises(Throttled):
        secrets.read(NAME)

    assert secrets.read(NAME) == "x"


def test_where_nothing_answers_it_is_unavailable(own_world: VaultWorld) -> None:
    nowhere = VaultMount(endpoint="http://127.0.0.1:1")
    session = open_session(nowhere, {"token": "x"}, own_world.network, own_world.clock)

    with pytest.raises(Unavailable, match=r"reached|answer"):
        session.ready()
    session.close()


def test_a_redirect_is_not_followed(own_world: VaultWorld) -> None:
    """A standby node answers so; a hostile server might send the token anywhere."""
    session = own_world.session(own_world.tenant())
    answer = requests.Response()
    answer.status_code, answer.headers["Location"] = 307, "http://169.254.169.254/latest/meta-data"

    (hook,) = session.client.adapter.session.hooks["response"]
    with pytest.raises(Unavailable, match="redirect"):
        hook(answer)
    session.close()


def test_a_server_whose_certificate_is_not_trusted_is_not_told_the_token(
    vault_world: VaultWorld, own_world: VaultWorld
) -> None:
    untrusting = open_session(vault_world.vault, {"token": ROOT}, Network(), own_world.clock)

    with pytest.raises(Unavailable, match="reached"):
        untrusting.ready()
    untrusting.close()


def test_a_missing_secret_is_not_found_and_a_missing_engine_is_not(own_world: VaultWorld) -> None:
    tenant = own_world.tenant()

    with pytest.raises(SecretNotFound):
        secrets_of(own_world, tenant).read("absent")
    own_world.keys[tenant.tenant_id] = {"token": ROOT}
    own_world.connections.forget(tenant.tenant_id)
    with pytest.raises(Unavailable, match="no such engine"):
        VaultSecrets(own_world.connection(tenant), "other", tenant.tenant_id).read("absent")


def test_the_repr_of_a_session_shows_no_key(own_world: VaultWorld) -> None:
    tenant = own_world.tenant()
    session = own_world.session(tenant)
    session.ready()

    assert own_world.keys[tenant.tenant_id]["secret_id"] not in repr(session)
    assert isinstance(session, VaultSession)
    session.close()
