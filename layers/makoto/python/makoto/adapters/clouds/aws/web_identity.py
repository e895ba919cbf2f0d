"""The platform's identity for other clouds: tokens that STS signs for one role of its own (outbound federation)."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from makoto.adapters.clouds.aws.credentials import TenantCredentials
from makoto.adapters.clouds.aws.errors import translated
from makoto.errors import Forbidden, Unavailable
from makoto.ports.clock import Clock
from makoto.settings import RuntimeSettings

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

LIFE_S = 300  # the assertion is exchanged at once; the least that STS gives is 60
AHEAD = timedelta(seconds=60)
MAX_KEPT = 256


class FederationRefused(Unavailable):
    """STS gives no token: outbound federation is off for the account, or the role lacks sts:GetWebIdentityToken."""


@dataclass(frozen=True, slots=True)
class _Kept:
    token: str = field(repr=False)
    ends_at: datetime


class StsWebIdentity:
    """One token an audience, kept for less than it lives; callers at the same time share one request.

    Entra verifies RS256 only, which is why ES384 is not the algorithm.
    """

    def __init__(self, sts: "STSClient", clock: Clock, algorithm: Literal["RS256", "ES384"] = "RS256") -> None:
        self._sts = sts
        self._clock = clock
        self._algorithm = algorithm
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def token(self, audience: str) -> str:
        """Return a token for one audience; FederationRefused."""
        with self._lock:
            kept = self._kept.get(audience)
            if kept is None or kept.ends_at - self._clock.now() < AHEAD:
                kept = self._issued(audience)
                self._keep(audience, kept)
            return kept.token

    def _issued(self, audience: str) -> _Kept:
        refusal = self._sts.exceptions.OutboundWebIdentityFederationDisabledException
        try:
            with translated():
                given = self._sts.get_web_identity_token(
                    Audience=[audience], SigningAlgorithm=self._algorithm, DurationSeconds=LIFE_S
                )
        except (Forbidden, refusal) as error:
            raise FederationRefused("the platform cannot show its identity to another cloud") from error
        return _Kept(given["WebIdentityToken"], given["Expiration"].astimezone(UTC))

    def _keep(self, audience: str, kept: _Kept) -> None:
        self._kept[audience] = kept
        if len(self._kept) > MAX_KEPT:
            del self._kept[next(iter(self._kept))]


def connect(settings: RuntimeSettings) -> StsWebIdentity:
    """Ask the region's STS in the role that customers trust; the global endpoint does not know the call."""
    from makoto.adapters.clouds.aws.session import client_of, platform_client, session_with
    from makoto.adapters.system import SystemClock

    session = session_with(lambda: _taken(platform_client("sts"), settings.web_identity_role_arn))
    sts: STSClient = client_of(session, "sts", settings.region, settings.emulator_url or None)
    return StsWebIdentity(sts, SystemClock())


def _taken(sts: "STSClient", role_arn: str) -> TenantCredentials:
    """Take the role: one subject for every function, however many there are."""
    try:
        with translated():
            given = sts.assume_role(RoleArn=role_arn, RoleSessionName="makoto")["Credentials"]
    except Forbidden as error:
        raise FederationRefused("the platform's role for other clouds cannot be taken") from error
    return TenantCredentials(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], given["Expiration"].astimezone(UTC)
    )
