"""What every identity provider must do."""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4  # noqa: TID251  names that no other test uses

import jwt
import pytest
from pydantic import SecretStr

from makoto.adapters.clouds.memory.identity import totp
from makoto.domain import Role
from makoto.domain.sign_in import Challenge, ChallengeAnswer, ChallengeName, Tokens
from makoto.errors import NotFound
from makoto.ports.identity import (
    CodeRejected,
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
    """Inherit with a `provider` fixture and `enrol_totp`."""

    def enrol_totp(self, provider: IdentityProvider, tokens: Tokens, email: str) -> str:
        """Give the signed-in user an authenticator app; returns its secret."""
        raise NotImplementedError

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
        assert isinstance(provider.sign_in(invited.email, CHOSEN), Tokens)

    def test_an_unknown_user_and_a_wrong_password_are_answered_alike(self, provider: IdentityProvider) -> None:
        invited = somebody()
        provider.create_user(invited)

        with pytest.raises(SignInRefused) as wrong:
            provider.sign_in(invited.email, "not it")
        with pytest.raises(SignInRefused) as unknown:
            provider.sign_in("nobody@example.com", TEMPORARY)

        assert wrong.value.detail == unknown.value.detail

    @pytest.mark.parametrize("text", ["' OR '1'='1", "🔑", "日本語", "a" * 128, "*", "\\", "%s"])
    def test_strange_names_and_passwords_are_just_wrong(self, provider: IdentityProvider, text: str) -> None:
        with pytest.raises(SignInRefused):
            provider.sign_in(text, text)

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
        second = provider.sign_in(invited.email, CHOSEN)

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
            provider.sign_in(invited.email, CHOSEN)
        with pytest.raises(RefreshRefused):
            provider.refresh(refresh_token_of(tokens))
        provider.enable_user(user.username)
        assert isinstance(provider.sign_in(invited.email, CHOSEN), Tokens)

    def test_a_deleted_user_is_gone_and_deleting_again_is_harmless(self, provider: IdentityProvider) -> None:
        invited = somebody()
        user = provider.create_user(invited)

        provider.delete_user(user.username)
        provider.delete_user(user.username)

        with pytest.raises(SignInRefused):
            provider.sign_in(invited.email, TEMPORARY)
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

    def test_an_authenticator_app_is_asked_for_its_code(self, provider: IdentityProvider) -> None:
        invited = somebody()
        provider.create_user(invited)
        secret = self.enrol_totp(provider, first_sign_in(provider, invited.email), invited.email)

        asked = provider.sign_in(invited.email, CHOSEN)

        assert isinstance(asked, Challenge)
        assert asked.challenge is ChallengeName.SOFTWARE_TOKEN_MFA
        now = datetime.now(UTC)  # noqa: TID251  the provider's clock is the machine's
        answer = ChallengeAnswer(
            challenge=asked.challenge, session=asked.session, username=invited.email, totp_code=totp(secret, now)
        )
        with pytest.raises(CodeRejected):
            provider.respond_to_challenge(answer.model_copy(update={"totp_code": totp(secret, now, step=7)}))
        assert isinstance(provider.respond_to_challenge(answer), Tokens)


def first_sign_in(provider: IdentityProvider, email: str) -> Tokens:
    asked = provider.sign_in(email, TEMPORARY)
    assert isinstance(asked, Challenge)
    assert asked.challenge is ChallengeName.NEW_PASSWORD_REQUIRED
    answer = ChallengeAnswer(
        challenge=asked.challenge, session=asked.session, username=email, new_password=SecretStr(CHOSEN)
    )
    tokens = provider.respond_to_challenge(answer)
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
