"""People in memory."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from makoto.adapters.clouds.memory.identity import MemoryIdentity, connect, totp
from makoto.domain.sign_in import Challenge, ChallengeAnswer, Tokens
from makoto.ports.identity import ChallengeExpired, IdentityProvider, PasswordRejected
from tests.builders import settings
from tests.contract.identity.suite import CHOSEN, TEMPORARY, IdentityContract, somebody


class TestMemoryIdentity(IdentityContract):
    @pytest.fixture
    def provider(self) -> MemoryIdentity:
        return connect(settings())

    def enrol_totp(self, provider: IdentityProvider, tokens: Tokens, email: str) -> str:
        assert isinstance(provider, MemoryIdentity)
        provider.require_totp(email)
        asked = provider.sign_in(email, CHOSEN)
        assert isinstance(asked, Challenge)
        secret = asked.parameters["secret_code"]
        now = datetime.now(UTC)  # noqa: TID251  the provider's clock is the machine's
        provider.respond_to_challenge(
            ChallengeAnswer(
                challenge=asked.challenge, session=asked.session, username=email, totp_code=totp(secret, now)
            )
        )
        return secret

    def test_a_challenge_is_answered_once_with_a_good_password(self, provider: MemoryIdentity) -> None:
        """The emulator keeps neither rule, Cognito keeps both."""
        invited = somebody()
        provider.create_user(invited)
        asked = provider.sign_in(invited.email, TEMPORARY)
        assert isinstance(asked, Challenge)
        answer = ChallengeAnswer(
            challenge=asked.challenge, session=asked.session, username=invited.email, new_password=SecretStr(CHOSEN)
        )

        with pytest.raises(PasswordRejected):
            provider.respond_to_challenge(answer.model_copy(update={"new_password": SecretStr("password")}))
        provider.respond_to_challenge(answer)
        with pytest.raises(ChallengeExpired):
            provider.respond_to_challenge(answer)
