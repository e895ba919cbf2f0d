"""Where a new tenant's data is to lie: which keys a cloud needs, where they go, and where they never show."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from functions.tenants.commands import OnboardTenant
from functions.tenants.model import fingerprint
from makoto.domain import CloudAccount
from makoto.domain.clouds.keys import key_sets
from makoto.errors import Invalid
from makoto.ports.key_ring import KeysMissing
from tests.accounts import AZURE, CUSTOM, EVERY_KIND, SAKURA
from tests.unit.tenants.world import World, command

SECRET = "correct-horse-battery"
AZURE_WITH_SECRET = AZURE.model_copy(update={"authentication": "client_secret"})


def reaching() -> World:
    """A platform with a way to the clouds outside its own."""
    world = World()
    world.ports = replace(world.ports, reaches_other_regions=True)
    return world


def place(account: CloudAccount, names: frozenset[str] | None = None) -> dict[str, Any]:
    """The body of a cloud with its keys."""
    wanted = key_sets(account)[0] if names is None else names
    keys = dict.fromkeys(wanted, SECRET)
    return {"mode": account.provider, "account": account.model_dump(mode="json"), "keys": keys}


@pytest.mark.parametrize("account", [AZURE, AZURE_WITH_SECRET, CUSTOM, SAKURA])
def test_a_tenant_is_taken_on_in_each_cloud(account: CloudAccount) -> None:
    world = reaching()

    tenant_id = world.active(cloud=place(account))

    assert world.tenancy.tenant(tenant_id).record.cloud == account


def test_the_keys_of_a_cloud_go_to_the_key_ring_and_nowhere_else() -> None:
    world = reaching()

    tenant_id = world.admit(cloud=place(CUSTOM))

    assert set(world.key_ring.keys(tenant_id, CUSTOM).values()) == {SECRET}
    entry = world.tenancy.tenant(tenant_id)
    audits = world.tenancy.audit_of(tenant_id)
    assert SECRET not in entry.model_dump_json() + json.dumps([each.model_dump(mode="json") for each in audits])


def test_keys_show_in_no_text_of_a_command() -> None:
    given = command(cloud=place(CUSTOM))

    assert SECRET not in repr(given) + given.model_dump_json()


def test_another_key_is_the_same_wish() -> None:
    other = place(CUSTOM)
    other["keys"] = dict.fromkeys(other["keys"], "another-key")

    assert fingerprint(command(cloud=place(CUSTOM))) == fingerprint(command(cloud=other))


def test_a_repetition_entrusts_keys_that_a_crash_kept_from_the_ring() -> None:
    world = reaching()
    tenant_id = world.admit(cloud=place(CUSTOM))
    world.key_ring.forget(tenant_id, CUSTOM)

    assert world.admit(cloud=place(CUSTOM)) == tenant_id

    assert world.key_ring.keys(tenant_id, CUSTOM)


def test_a_rolled_back_tenants_keys_are_forgotten() -> None:
    world = reaching()
    tenant_id = world.admit(cloud=place(CUSTOM))

    world.roll_back(tenant_id)

    with pytest.raises(KeysMissing):
        world.key_ring.keys(tenant_id, CUSTOM)


def test_a_deleted_tenants_keys_are_forgotten() -> None:
    world = reaching()
    tenant_id = world.active(cloud=place(CUSTOM))

    world.delete(tenant_id)

    with pytest.raises(KeysMissing):
        world.key_ring.keys(tenant_id, CUSTOM)


@pytest.mark.parametrize(
    ("account", "names"),
    [
        (CUSTOM, frozenset()),
        (CUSTOM, frozenset({"documents.username"})),
        (CUSTOM, key_sets(CUSTOM)[0] | {"secrets.role_id"}),
        (AZURE, frozenset({"client_secret"})),
        (AZURE_WITH_SECRET, frozenset()),
        (SAKURA, frozenset({"objects.access_key_id"})),
    ],
)
def test_keys_are_exactly_what_the_cloud_needs(account: CloudAccount, names: frozenset[str]) -> None:
    with pytest.raises(ValidationError, match="must be exactly") as refused:
        command(cloud=place(account, names))

    assert SECRET not in str(refused.value.errors(include_input=False, include_context=False))


@pytest.mark.parametrize("external_id", [None, "", "agreed-with-tot", "a" * 32, "agreed with toto 1", "x1-" * 86])
def test_federation_needs_an_agreed_id_that_cannot_be_guessed(external_id: str | None) -> None:
    body = place(AZURE)
    body["account"]["external_id"] = external_id

    with pytest.raises(ValidationError, match="external_id"):
        command(cloud=body)


def test_an_application_with_a_secret_needs_no_agreed_id() -> None:
    body = place(AZURE_WITH_SECRET)
    del body["account"]["external_id"]

    assert command(cloud=body)


@pytest.mark.parametrize("value", ["", "x" * 8193, "two\nlines"])
def test_a_key_is_a_short_printable_text(value: str) -> None:
    body = place(AZURE_WITH_SECRET)
    body["keys"] = {"client_secret": value}

    with pytest.raises(ValidationError, match="printable"):
        command(cloud=body)


def test_a_vault_is_opened_by_a_token_or_by_an_app_role() -> None:
    assert {frozenset(name for name in names if name.startswith("secrets.")) for names in key_sets(CUSTOM)} == {
        frozenset({"secrets.token"}),
        frozenset({"secrets.role_id", "secrets.secret_id"}),
    }


@pytest.mark.parametrize("account", EVERY_KIND, ids=lambda account: account.provider)
def test_each_kind_of_cloud_says_which_keys_it_needs(account: CloudAccount) -> None:
    assert key_sets(account)


def test_a_cloud_outside_the_regions_in_which_the_data_may_lie_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        reaching().admit(cloud=place(AZURE), residency=["japanwest"])

    assert refused.value.errors[0].pointer == "/body/residency"


def test_a_record_that_pins_nothing_keeps_the_data_in_its_clouds_region() -> None:
    world = reaching()

    record = world.tenancy.tenant(world.admit(cloud=place(AZURE))).record

    assert record.regions == {"japaneast"}


def test_a_hosted_tenant_has_no_keys() -> None:
    with pytest.raises(ValidationError):
        OnboardTenant.model_validate(command().model_dump() | {"cloud": {"mode": "hosted", "keys": {}}})


def test_an_environment_without_a_way_out_takes_no_tenant_outside_aws() -> None:
    with pytest.raises(Invalid) as refused:
        World().admit(cloud=place(AZURE))

    assert refused.value.errors[0].pointer == "/body/cloud/mode"
