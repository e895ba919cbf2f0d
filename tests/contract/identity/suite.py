"""What every identity provider must do."""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4  # noqa: TID251  names that no other test uses

import jwt
import pytest
from pydantic import SecretStr

from makoto.adapters.clouds.memory.one_time_codes import totp
from makoto.domain import Role
from makoto.domain.sign_in import Caller, Challenge, ChallengeAnswer, ChallengeName, Tokens
from makoto.errors import NotFound
from makoto.ports.identity import (
    IdentityProvider,
    IdentityUser,
    NewUser,
    RefreshRefused,
    SignInRefused,
    UserTaken,
)
from tests.builders import OTHER_TENANT, TENANT

TEMPORARY = "Correct-horse-9"
CHOSEN = "Battery-staple-7"
HERE = Caller(
    ip_address="203.0.113.7",
    server_name="api.example.com",
    server_path="/api/v1/auth/login",
    headers=(("user-agent", "contract"), ("accept-language", "ja")),
)


def claims_of(token: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def somebody(tenant_id: str = TENANT) -> NewUser:
    return NewUser(
        email=f"{uuid4().hex}@example.com",
        tenant_id=tenant_id,
        role=Role.ENGINEER,
        temporary_password=SecretStr(TEMPORARY),
    )


class IdentityContract:
    """Inherit with a `provider` fixture."""

    @pytest.fixture(autouse=True)
    def _groups(self, provider: IdentityProvider) -> None:
        for tenant_id in (TENANT, OTHER_TENANT):
            provider.ensure_group(tenant_id, "a tenant")
            provider.ensure_group(tenant_id, "a tenant")

    def test_the_first_sign_in_asks_for_a_new_password(self, provider: IdentityProvider) -> None:
        invited = somebody()
        user = provider.create_user(invited)

        tokens = first_sign_in(provider, invited.email)

        claims = claims_of(tokens.access_token)
        assert (claims["username"], claims["sub"]) == (user.username, user.subject)
        assert claims["token_use"] == "access"
        assert claims_of(tokens.id_token)["token_use"] == "id"
        assert tokens.refresh_token
        assert isinstance(provider.sign_in(invited.email, CHOSEN, HERE), Tokens)

    def test_an_unknown_user_and_a_wrong_password_are_answered_alike(self, provider: IdentityProvider) -> None:
        invited = somebody()
        provider.create_user(invited)

        with pytest.raises(SignInRefused) as wrong:
            provider.sign_in(invited.email, "not it", HERE)
        with pytest.raises(SignInRefused) as unknown:
            provider.sign_in("nobody@example.com", TEMPORARY, HERE)

        assert wrong.value.detail == unknown.value.detail

    @pytest.mark.parametrize("text", ["' OR '1'='1", "🔑", "日本語", "a" * 128, "*", "\\", "%s"])
    def test_strange_names_and_passwords_are_just_wrong(self, provider: IdentityProvider, text: str) -> None:
        with pytest.raises(SignInRefused):
            provider.sign_in(text, text, HERE)

    def test_inviting_twice_gives_the_same_user(self, provider: IdentityProvider) -> None:
        invited = somebody()

        first, second = provider.create_user(invited), provider.create_user(invited)

        assert first == second
        assert (first.email, first.enabled) == (invited.email, True)

    def test_a_user_of_another_tenant_is_not_taken_over(self, provider: IdentityProvider) -> None:
        invited = somebody()
        provider.create_user(invited)

        with pytest.raises(UserTaken):
            provider.create_user(invited.model_copy(update={"tenant_id": OTHER_TENANT}))

        assert invited.email not in {user.email for user in provider.users_of(OTHER_TENANT)}

    def test_a_group_lists_its_own_users(self, provider: IdentityProvider) -> None:
        mine, theirs = somebody(), somebody(OTHER_TENANT)
        created = provider.create_user(mine)
        provider.create_user(theirs)

        members = provider.users_of(TENANT)

        assert created in members
        assert theirs.email not in {user.email for user in members}
        assert provider.users_of("t00000000000z") == ()

    def test_a_refreshed_token_belongs_to_the_same_session(self, provider: IdentityProvider) -> None:
        tokens = signed_in(provider)

        refreshed = provider.refresh(refresh_token_of(tokens))

        assert refreshed.refresh_token is None
        before, after = claims_of(tokens.access_token), claims_of(refreshed.access_token)
        assert before["origin_jti"] == after["origin_jti"]
        assert before["jti"] != after["jti"]

    def test_two_sign_ins_are_two_sessions(self, provider: IdentityProvider) -> None:
        invited = somebody()
        provider.create_user(invited)
        first = first_sign_in(provider, invited.email)
        second = provider.sign_in(invited.email, CHOSEN, HERE)

        assert isinstance(second, Tokens)
        assert claims_of(first.access_token)["origin_jti"] != claims_of(second.access_token)["origin_jti"]

    def test_a_revoked_refresh_token_is_refused(self, provider: IdentityProvider) -> None:
        tokens = signed_in(provider)

        provider.revoke(refresh_token_of(tokens))
        provider.revoke(refresh_token_of(tokens))

        with pytest.raises(RefreshRefused):
            provider.refresh(refresh_token_of(tokens))

    @pytest.mark.parametrize("token", ["made-up", "a.b.c", "' OR '1'='1"])
    def test_a_made_up_refresh_token_is_refused_and_harmless(self, provider: IdentityProvider, token: str) -> None:
        provider.revoke(token)

        with pytest.raises(RefreshRefused):
            provider.refresh(token)

    def test_signing_out_everywhere_ends_every_refresh_token(self, provider: IdentityProvider) -> None:
        tokens = signed_in(provider)
        time.sleep(1.1)  # sign-out has whole seconds: it ends the tokens issued before its own

        provider.sign_out_everywhere(claims_of(tokens.access_token)["username"])

        with pytest.raises(RefreshRefused):
            provider.refresh(refresh_token_of(tokens))

    def test_a_disabled_user_neither_signs_in_nor_refreshes(self, provider: IdentityProvider) -> None:
        invited = somebody()
        user = provider.create_user(invited)
        tokens = first_sign_in(provider, invited.email)

        provider.disable_user(user.username)

        with pytest.raises(SignInRefused):
            provider.sign_in(invited.email, CHOSEN, HERE)
        with pytest.raises(RefreshRefused):
            provider.refresh(refresh_token_of(tokens))
        provider.enable_user(user.username)
        assert isinstance(provider.sign_in(invited.email, CHOSEN, HERE), Tokens)

    def test_a_deleted_user_is_gone_and_deleting_again_is_harmless(self, provider: IdentityProvider) -> None:
        invited = somebody()
        user = provider.create_user(invited)

        provider.delete_user(user.username)
        provider.delete_user(user.username)

        with pytest.raises(SignInRefused):
            provider.sign_in(invited.email, TEMPORARY, HERE)
        assert user not in provider.users_of(TENANT)

    def test_a_deleted_group_is_gone_and_deleting_again_is_harmless(self, provider: IdentityProvider) -> None:
        invited = somebody()
        provider.create_user(invited)

        provider.delete_group(TENANT)
        provider.delete_group(TENANT)

        assert provider.users_of(TENANT) == ()
        with pytest.raises(NotFound):
            provider.create_user(somebody())

    def test_disabling_nobody_is_not_found(self, provider: IdentityProvider) -> None:
        with pytest.raises(NotFound):
            provider.disable_user("00000000-0000-0000-0000-000000000000")


def access_of(tokens: Tokens) -> SecretStr:
    return SecretStr(tokens.access_token)


def shown(secret: str, *, step: int = 0) -> str:
    """What the app shows now, or some steps of 30 s from now."""
    now = datetime.now(UTC)  # noqa: TID251  the provider's clock is the machine's
    return totp(secret, now, step)


def enrol(provider: IdentityProvider, access: SecretStr) -> str:
    """Give the signed-in user an authenticator app; returns its secret."""
    secret = provider.offer_totp(access).get_secret_value()
    provider.confirm_totp(access, shown(secret), "a phone")
    return secret


def first_sign_in(provider: IdentityProvider, email: str) -> Tokens:
    asked = provider.sign_in(email, TEMPORARY, HERE)
    assert isinstance(asked, Challenge)
    assert asked.challenge is ChallengeName.NEW_PASSWORD_REQUIRED
    answer = ChallengeAnswer(
        challenge=asked.challenge, session=asked.session, username=email, new_password=SecretStr(CHOSEN)
    )
    tokens = provider.respond_to_challenge(answer, HERE)
    assert isinstance(tokens, Tokens)
    return tokens


def signed_in(provider: IdentityProvider) -> Tokens:
    invited = somebody()
    user: IdentityUser = provider.create_user(invited)
    assert user.enabled
    return first_sign_in(provider, invited.email)


def refresh_token_of(tokens: Tokens) -> str:
    assert tokens.refresh_token is not None
    return tokens.refresh_token
