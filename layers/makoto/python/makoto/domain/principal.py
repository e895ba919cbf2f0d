"""Who acts: a person or a program with one role in one tenant."""

from enum import StrEnum

from makoto.domain.ids import TenantId
from makoto.domain.value import Value


class Role(StrEnum):
    """What a member of a tenant is; what a role may do is said in `policies/`."""

    PLATFORM_ADMIN = "platform_admin"
    TENANT_ADMIN = "tenant_admin"
    ENGINEER = "engineer"
    OPERATOR = "operator"
    VIEWER = "viewer"


class Principal(Value):
    """An authenticated caller, as the authorizer proved it."""

    subject: str
    username: str
    tenant_id: TenantId
    role: Role
    features: tuple[str, ...] = ()
    session_id: str | None = None
