"""What every identity provider must do about authenticator apps."""

import pytest
from pydantic import SecretStr

from makoto.domain.sign_in import Challenge, ChallengeAnswer, ChallengeName, Tokens
from makoto.ports.identity import AccessTokenRefused, CodeRejected, IdentityProvider, WrongTotpCode
from tests.builders import TENANT
from tests.contract.identity.suite import (
    CHOSEN,
    HERE,
    access_of,
    enrol,
    first_sign_in,
    refresh_token_of,
    shown,
    signed_in,
    somebody,
)


class TotpContract:
    """Inherit with a `provider` fixture."""

    @pytest.fixture(autouse=True)
    def _group(self, provider: IdentityProvider) -> None:
        provider.ensure_group(TENANT, "a tenant")

    def test_an_authenticator_app_is_asked_for_its_code(self, provider: IdentityProvider) -> None:
        invited = somebody()
        provider.create_user(invited)
        access = access_of(first_sign_in(provider, invited.email))
        assert not provider.has_totp(access)
        secret = enrol(provider, access)
        assert provider.has_totp(access)

        asked = provider.sign_in(invited.email, CHOSEN, HERE)

        assert isinstance(asked, Challenge)
        assert asked.challenge is ChallengeName.SOFTWARE_TOKEN_MFA
        answer = ChallengeAnswer(
            challenge=asked.challenge, session=asked.session, username=invited.email, totp_code=shown(secret)
        )
        with pytest.raises(CodeRejected):
            provider.respond_to_challenge(answer.model_copy(update={"totp_code": shown(secret, step=7)}), HERE)
        assert isinstance(provider.respond_to_challenge(answer, HERE), Tokens)

    def test_an_app_that_was_only_offered_is_not_asked_for(self, provider: IdentityProvider) -> None:
        invited = somebody()
        provider.create_user(invited)
        access = access_of(first_sign_in(provider, invited.email))
        offered = provider.offer_totp(access).get_secret_value()

        with pytest.raises(WrongTotpCode):
            provider.confirm_totp(access, shown(offered, step=7), None)

        assert not provider.has_totp(access)
        assert isinstance(provider.sign_in(invited.email, CHOSEN, HERE), Tokens)

    def test_the_last_app_that_was_offered_holds(self, provider: IdentityProvider) -> None:
        access = access_of(signed_in(provider))
        first = provider.offer_totp(access).get_secret_value()
        second = provider.offer_totp(access).get_secret_value()

        with pytest.raises(WrongTotpCode):
            provider.confirm_totp(access, shown(first), None)

        provider.confirm_totp(access, shown(second), "花子の電話 📱")
        assert provider.has_totp(access)

    def test_a_code_without_an_app_is_wrong(self, provider: IdentityProvider) -> None:
        with pytest.raises(WrongTotpCode):
            provider.confirm_totp(access_of(signed_in(provider)), "123456", None)

    def test_an_app_is_removed_by_its_own_code_only(self, provider: IdentityProvider) -> None:
        invited = somebody()
        provider.create_user(invited)
        access = access_of(first_sign_in(provider, invited.email))
        secret = enrol(provider, access)

        with pytest.raises(WrongTotpCode):
            provider.remove_totp(access, shown(secret, step=7))
        assert provider.has_totp(access)
        provider.remove_totp(access, shown(secret))

        assert not provider.has_totp(access)
        assert isinstance(provider.sign_in(invited.email, CHOSEN, HERE), Tokens)

    def test_one_persons_app_is_not_anothers(self, provider: IdentityProvider) -> None:
        mine, theirs = access_of(signed_in(provider)), access_of(signed_in(provider))

        enrol(provider, mine)

        assert not provider.has_totp(theirs)

    def test_a_token_that_is_no_longer_good_reaches_no_app(self, provider: IdentityProvider) -> None:
        tokens = signed_in(provider)
        provider.revoke(refresh_token_of(tokens))

        for useless in (access_of(tokens), SecretStr("a.b.c"), SecretStr("x"), SecretStr(tokens.id_token)):
            with pytest.raises(AccessTokenRefused):
                provider.has_totp(useless)
            with pytest.raises(AccessTokenRefused):
                provider.offer_totp(useless)
            with pytest.raises(AccessTokenRefused):
                provider.confirm_totp(useless, "123456", None)
            with pytest.raises(AccessTokenRefused):
                provider.remove_totp(useless, "123456")
