"""People in memory."""

import pytest
from pydantic import SecretStr

from makoto.adapters.clouds.memory.identity import MemoryIdentity, connect
from makoto.domain.sign_in import Challenge, ChallengeAnswer
from makoto.ports.identity import ChallengeExpired, PasswordRejected
from tests.builders import settings
from tests.contract.identity.suite import CHOSEN, HERE, TEMPORARY, IdentityContract, somebody
from tests.contract.identity.totp_suite import TotpContract


class TestMemoryIdentity(IdentityContract, TotpContract):
    @pytest.fixture
    def provider(self) -> MemoryIdentity:
        return connect(settings())

    def test_a_challenge_is_answered_once_with_a_good_password(self, provider: MemoryIdentity) -> None:
        """The emulator keeps neither rule, Cognito keeps both."""
        invited = somebody()
        provider.create_user(invited)
        asked = provider.sign_in(invited.email, TEMPORARY, HERE)
        assert isinstance(asked, Challenge)
        answer = ChallengeAnswer(
            challenge=asked.challenge, session=asked.session, username=invited.email, new_password=SecretStr(CHOSEN)
        )

        with pytest.raises(PasswordRejected):
            provider.respond_to_challenge(answer.model_copy(update={"new_password": SecretStr("password")}), HERE)
        provider.respond_to_challenge(answer, HERE)
        with pytest.raises(ChallengeExpired):
            provider.respond_to_challenge(answer, HERE)
