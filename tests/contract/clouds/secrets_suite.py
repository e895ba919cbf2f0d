"""What every store of secrets must do."""

import logging
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from makoto.domain import TenantRecord
from makoto.errors import Invalid
from makoto.ports.secrets import SecretNotFound, Secrets
from tests.contract.clouds.store_contract import StoreContract
from tests.contract.clouds.worlds import World

NAME = "llm/openai-key"


class SecretsContract(StoreContract):
    """Inherited by each cloud, which gives the `world`."""

    @pytest.mark.parametrize("value", ["x", "鍵🔑 \n\"'\\", "x" * 25_000, '{"a": 1}'])
    def test_a_secret_comes_back_as_it_was_in_another_process(
        self, world: World, tenant: TenantRecord, secrets: Secrets, value: str
    ) -> None:
        secrets.put(NAME, value)

        assert secrets.get(NAME).reveal() == value
        assert world.open(tenant).secrets.get(NAME).reveal() == value

    def test_a_new_value_replaces_the_old(self, world: World, tenant: TenantRecord, secrets: Secrets) -> None:
        secrets.put(NAME, "first")
        secrets.put(NAME, "second")

        assert secrets.get(NAME).reveal() == world.open(tenant).secrets.get(NAME).reveal() == "second"

    def test_a_secret_that_is_not_there_is_not_found(self, secrets: Secrets) -> None:
        with pytest.raises(SecretNotFound):
            secrets.get(NAME)

    def test_a_deleted_secret_is_gone_at_once_and_may_come_again(
        self, world: World, tenant: TenantRecord, secrets: Secrets
    ) -> None:
        secrets.put(NAME, "first")

        secrets.delete(NAME)
        secrets.delete(NAME)

        for reader in (secrets, world.open(tenant).secrets):
            with pytest.raises(SecretNotFound):
                reader.get(NAME)
        secrets.put(NAME, "again")
        assert secrets.get(NAME).reveal() == "again"

    def test_a_rotated_secret_has_its_new_value_everywhere(
        self, world: World, tenant: TenantRecord, secrets: Secrets
    ) -> None:
        secrets.put(NAME, "first")

        rotated = secrets.rotate(NAME, lambda: "second")

        assert rotated.reveal() == secrets.get(NAME).reveal() == world.open(tenant).secrets.get(NAME).reveal()
        assert rotated.reveal() == "second"

    def test_a_rotation_that_fails_changes_nothing(self, world: World, tenant: TenantRecord, secrets: Secrets) -> None:
        secrets.put(NAME, "first")

        with pytest.raises(ZeroDivisionError):
            secrets.rotate(NAME, lambda: str(1 // 0))
        with pytest.raises(Invalid):
            secrets.rotate(NAME, lambda: "")
        with pytest.raises(SecretNotFound):
            secrets.rotate("absent", lambda: "made")

        assert secrets.get(NAME).reveal() == world.open(tenant).secrets.get(NAME).reveal() == "first"
        with pytest.raises(SecretNotFound):
            secrets.get("absent")

    def test_the_names_of_a_tenants_secrets_are_known_to_any_process(
        self, world: World, tenant: TenantRecord, secrets: Secrets
    ) -> None:
        assert list(secrets.all_names()) == []
        secrets.put(NAME, "first")
        secrets.put(NAME, "second")
        secrets.get_or_create("b", lambda: "made")
        secrets.put("gone", "x")
        secrets.delete("gone")

        assert list(world.open(tenant).secrets.all_names()) == ["b", NAME]
        assert list(world.open(world.tenant()).secrets.all_names()) == []

    def test_no_value_is_logged_at_any_level(
        self, world: World, tenant: TenantRecord, caplog: pytest.LogCaptureFixture
    ) -> None:
        value, rotated = "hunter2-0b5e7c", "hunter3-91fa22"
        with caplog.at_level(logging.DEBUG):
            secrets = world.open(tenant).secrets
            secrets.put(NAME, value)
            world.open(tenant).secrets.get(NAME)
            secrets.rotate(NAME, lambda: rotated)
            world.open(tenant).secrets.get(NAME)
            secrets.delete(NAME)

        text = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
        assert value not in text
        assert rotated not in text

    def test_a_secret_does_not_show_itself(self, secrets: Secrets) -> None:
        secrets.put(NAME, "hunter2")

        assert "hunter2" not in f"{secrets.get(NAME)!r} {secrets.get(NAME)} {vars(secrets)!r}"

    def test_of_many_who_make_a_secret_all_get_the_same(
        self, world: World, tenant: TenantRecord, secrets: Secrets
    ) -> None:
        processes = [secrets] + [world.open(tenant).secrets for _ in range(3)]
        made = count()

        with ThreadPoolExecutor(4) as pool:
            values = list(pool.map(lambda each: each.get_or_create(NAME, lambda: f"made {next(made)}"), processes))

        assert len({value.reveal() for value in values}) == 1

    def test_a_value_is_kept_for_five_minutes(self, world: World, tenant: TenantRecord, secrets: Secrets) -> None:
        other = Secrets(secrets._driver, world.clock)
        secrets.put(NAME, "first")
        assert other.get(NAME).reveal() == "first"
        secrets.put(NAME, "second")

        world.clock.advance(299)
        assert other.get(NAME).reveal() == "first"
        world.clock.advance(2)
        assert other.get(NAME).reveal() == "second"

    @pytest.mark.parametrize("name", ["", "/a", "a/", "a//b", "A", "a b", "a*", "../other", "日本", "a" * 101, "a\n"])
    def test_a_name_that_some_store_could_not_hold_is_refused(self, secrets: Secrets, name: str) -> None:
        for act in (secrets.get, secrets.delete, lambda each: secrets.put(each, "x")):
            with pytest.raises(Invalid):
                act(name)

    @pytest.mark.parametrize("value", ["", "a\0b", "x" * 25_001, "\ud800"])
    def test_a_value_that_some_store_could_not_hold_is_refused(self, secrets: Secrets, value: str) -> None:
        with pytest.raises(Invalid):
            secrets.put(NAME, value)

    def test_another_tenant_sees_nothing(self, world: World, secrets: Secrets) -> None:
        secrets.put(NAME, "A")

        with pytest.raises(SecretNotFound):
            world.open(world.tenant()).secrets.get(NAME)
