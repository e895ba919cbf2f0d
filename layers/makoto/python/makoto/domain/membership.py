"""Who belongs to which tenant and as what; a person belongs to one tenant."""

from typing import Self

from pydantic import Field, model_validator

from makoto.domain.ids import PLATFORM_TENANT_ID, TenantId
from makoto.domain.principal import Role
from makoto.domain.value import Value


class Membership(Value):
    """One person's place; written by the platform only, never by the person."""

    username: str = Field(min_length=1, max_length=128)
    tenant_id: TenantId
    role: Role

    @model_validator(mode="after")
    def _platform_admins_belong_to_the_platform(self) -> Self:
        if (self.role is Role.PLATFORM_ADMIN) != (self.tenant_id == PLATFORM_TENANT_ID):
            raise ValueError("platform_admin is the role of the platform's own tenant, and its only one")
        return self
