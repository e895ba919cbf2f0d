"""Credentials that open one tenant's resources and no other's."""

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from makoto.adapters.clouds.aws.errors import translated
from makoto.adapters.clouds.aws.names import aws_account
from makoto.adapters.clouds.aws.policies import data_policy
from makoto.domain import CloudAccount, TenantRecord
from makoto.errors import Forbidden, Throttled, Unavailable
from makoto.ports.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import AssumeRoleRequestTypeDef

LIFE_S = 3600  # the longest that a role assumed by a role may be
AHEAD = timedelta(minutes=16)  # botocore asks for new ones 15 minutes ahead
USABLE = timedelta(minutes=1)
MAX_HELD = 1024
YOUNG = timedelta(seconds=5)  # keys of this age are as fresh as they get: refused ones cost one request in 5 s
TENANT_TAG = "makoto-tenant"

Policy = Mapping[str, Any]


class TenantRoleRefused(Unavailable):
    """The tenant's role cannot be assumed: its trust policy, external id or name is wrong."""


@dataclass(frozen=True, slots=True)
class TenantCredentials:
    """Temporary keys of one tenant."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires_at: datetime

    def lasts(self, now: datetime, span: timedelta) -> bool:
        """Tell whether they are good for that long."""
        return self.expires_at - now > span


class _Wanted(NamedTuple):
    tenant_id: str
    account: CloudAccount
    policy: str


@dataclass(slots=True)
class _Held:
    lock: threading.Lock = field(default_factory=threading.Lock)
    credentials: TenantCredentials | None = None
    given_at: datetime | None = None


class CredentialsBroker:
    """Assumes each tenant's role with a session policy that names this tenant's resources, and keeps the keys a while.

    There is no other way to credentials: where the role is refused, the call fails. Of 1,024 tenants and policies the
    keys are kept, then the least used leave.
    """

    def __init__(self, sts: "STSClient", clock: Clock) -> None:
        self._sts = sts
        self._clock = clock
        self._held: OrderedDict[_Wanted, _Held] = OrderedDict()
        self._lock = threading.Lock()

    def credentials(
        self, record: TenantRecord, *, life_s: float = 0, policy: Policy | None = None
    ) -> TenantCredentials:
        """Return keys good for `life_s` at least; callers at the same time share one request.

        `policy` replaces the data path's session policy (the provisioner's names more actions, never more tenants).
        """
        session_policy = json.dumps(policy or data_policy(record), separators=(",", ":"))
        held = self._holder(_Wanted(record.tenant_id, record.cloud, session_policy))
        with held.lock:
            if held.credentials is None or not self._lasts(held.credentials, max(AHEAD, timedelta(seconds=life_s))):
                held.credentials = self._renewed(record, session_policy, held.credentials)
                held.given_at = self._clock.now()
            return held.credentials

    def forget(self, record: TenantRecord) -> None:
        """Let go of the tenant's keys, as when a store has refused them; those given a moment ago are kept."""
        given_before = self._clock.now() - YOUNG
        with self._lock:
            for wanted, held in tuple(self._held.items()):
                is_young = held.given_at is not None and held.given_at > given_before
                if wanted.tenant_id == record.tenant_id and not is_young:
                    del self._held[wanted]

    def __len__(self) -> int:
        return len(self._held)

    def _holder(self, wanted: _Wanted) -> _Held:
        with self._lock:
            held = self._held.setdefault(wanted, _Held())
            self._held.move_to_end(wanted)
            while len(self._held) > MAX_HELD:
                self._held.popitem(last=False)
            return held

    def _renewed(self, record: TenantRecord, policy: str, kept: TenantCredentials | None) -> TenantCredentials:
        try:
            return self._assumed(record, policy)
        except (Unavailable, Throttled):
            if kept is None or not self._lasts(kept, USABLE):
                raise
            return kept

    def _lasts(self, credentials: TenantCredentials, span: timedelta) -> bool:
        return credentials.lasts(self._clock.now(), span)

    def _assumed(self, record: TenantRecord, policy: str) -> TenantCredentials:
        try:
            with translated():
                given = self._sts.assume_role(**_request(record, policy))["Credentials"]
        except Forbidden as error:
            raise TenantRoleRefused("the tenant's role cannot be assumed") from error
        return TenantCredentials(
            given["AccessKeyId"],
            given["SecretAccessKey"],
            given["SessionToken"],
            given["Expiration"].astimezone(UTC),
        )


def _request(record: TenantRecord, policy: str) -> "AssumeRoleRequestTypeDef":
    account = aws_account(record)
    request: AssumeRoleRequestTypeDef = {
        "RoleArn": account.role_arn,
        "RoleSessionName": f"makoto-{record.tenant_id}",
        "DurationSeconds": LIFE_S,
        "Policy": policy,
        "Tags": [{"Key": TENANT_TAG, "Value": record.tenant_id}],
    }
    if account.external_id is not None:
        request["ExternalId"] = account.external_id
    return request
