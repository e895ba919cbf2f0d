"""Every environment variable of a function, typed; the only place where the environment is read."""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Self

from pydantic import Field

from makoto.domain import Value

PREFIX = "MAKOTO_"


class RuntimeSettings(Value):
    """What a deployed function is told; a field without a default makes synthesis fail until it is supplied."""

    environment: str
    region: str
    account_id: str = Field(pattern=r"^\d{12}$")
    domain: str = "unknown"
    cloud: str = "aws"

    configuration_table: str
    sessions_table: str
    idempotency_table: str
    limits_table: str
    database_app_secret: str
    database_owner_secret: str
    user_pool_id: str
    user_pool_client_id: str
    bus_name: str
    onboarding_state_machine_arn: str
    moves_state_machine_arn: str
    device_policy_name: str
    hosted_role_arn: str
    web_identity_role_arn: str
    rejected_queue_url: str
    wakes_queue_url: str
    assets_key_arn: str = ""
    reaches_other_regions: bool = False

    tenant_cache_s: float = Field(default=10.0, ge=0, le=30)
    longest_write_s: float = Field(default=60.0, ge=0, le=600)
    cors_origin: str = ""
    policies_path: str = ""
    emulator_url: str = ""
    emulator_mqtt_port: int = 8883
    trusted_ca_path: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read `MAKOTO_<FIELD>` for each field; the emulator's address is the SDK's own `AWS_ENDPOINT_URL`."""
        found = {
            name: environment[PREFIX + name.upper()]
            for name in cls.model_fields
            if PREFIX + name.upper() in environment
        }
        found.setdefault("emulator_url", environment.get("AWS_ENDPOINT_URL", ""))
        found.setdefault("policies_path", environment.get("LAMBDA_TASK_ROOT", ""))
        return cls.model_validate(found)

    def to_environment(self) -> dict[str, str]:
        """Make the variables that `from_environment` reads, without the fields that hold their default."""
        return {PREFIX + name.upper(): str(value) for name, value in self.model_dump(exclude_defaults=True).items()}

    @property
    def is_laptop(self) -> bool:
        """Whether tenants' stores may stand on this machine: private addresses and http are allowed only there."""
        return self.environment == "local"

    @property
    def policies_folder(self) -> Path:
        """Where the Cedar policies lie: beside the function's code, or at the root of the checkout."""
        task_root = Path(self.policies_path or ".") / "policies"
        return task_root if task_root.is_dir() else Path(__file__).parents[4] / "policies"


@lru_cache(maxsize=1)
def runtime_settings() -> RuntimeSettings:
    """The settings of this process, read once and not at import."""
    return RuntimeSettings.from_environment(os.environ)


def is_traced() -> bool:
    """Whether X-Ray samples the present invocation; Lambda says so anew in each."""
    is_disabled = os.environ.get("POWERTOOLS_TRACE_DISABLED", "").lower() in ("1", "true")
    return not is_disabled and "Sampled=1" in os.environ.get("_X_AMZN_TRACE_ID", "")
