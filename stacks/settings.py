"""What differs between the deployed environments, typed."""

import os
from collections.abc import Callable
from ipaddress import IPv4Network
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

RetentionDays = Literal[7, 14, 30, 90, 365]
EnvironmentName = Literal["local", "dev", "stg", "prod"]


class DeploymentSettings(BaseModel):
    """The sizes and flags of one environment; every stack reads this and nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: EnvironmentName
    account: str | None = Field(default=None, pattern=r"^\d{12}$")
    region: str = "ap-northeast-1"
    is_bundled: bool = True  # false leaves the third-party layers out: the laptop's workers have them already

    vpc_cidr: IPv4Network = IPv4Network("10.0.0.0/16")
    has_nat: bool = False
    has_endpoints: bool = True

    endpoint_zones: Literal[1, 2] = 2

    aurora_min_acu: float = Field(default=0.5, ge=0, le=256)
    aurora_max_acu: float = Field(default=4, ge=1, le=256)
    has_aurora_reader: bool = True
    backup_retention_days: int = Field(default=7, ge=1, le=35)
    secret_rotation_days: int | None = 30

    is_retained: bool = True  # data stores survive a deleted stack and refuse to be deleted
    log_retention_days: RetentionDays = 30
    personal_log_retention_days: RetentionDays = 30  # lines that hold people's addresses: the access log, flow logs
    has_threat_protection: bool = False  # Cognito's Plus plan, billed per active user
    access_token_minutes: int = Field(default=30, ge=15, le=60)
    refresh_token_days: int = Field(default=7, ge=1, le=30)

    authorizer_cache_s: int = Field(default=10, ge=0, le=30)  # a suspended tenant is refused within 30 s
    api_rate_per_s: int = Field(default=200, ge=1)
    api_burst: int = Field(default=400, ge=1)
    partner_rate_per_s: int = Field(default=20, ge=1)
    partner_quota_per_day: int = Field(default=100_000, ge=1)
    sign_in_rate_per_s: int = Field(default=20, ge=1)
    health_rate_per_s: int = Field(default=5, ge=1)
    has_waf: bool = True
    requests_per_address: int = Field(default=10_000, ge=10)  # in five minutes; a factory calls from one address
    sign_ins_per_address: int = Field(default=300, ge=10)  # in five minutes
    relay_minutes: int = Field(default=1, ge=1, le=60)  # how often the outbox is looked at for what was left behind
    ingest_concurrency: int = Field(default=20, ge=2, le=1000)
    longest_write_s: int = Field(default=60, ge=1, le=600)  # of a tenant's stores; a move's pause waits for it


ENVIRONMENTS: dict[str, dict[str, Any]] = {  # Any: the fields above, checked when the model is built
    "local": {
        "is_retained": False,
        "has_waf": False,
        "sign_in_rate_per_s": 200,
        "health_rate_per_s": 200,
        "authorizer_cache_s": 0,
        "secret_rotation_days": None,
        "ingest_concurrency": 2,
        "longest_write_s": 5,
        "log_retention_days": 7,
        "personal_log_retention_days": 7,
    },
    "dev": {
        "is_retained": False,
        "endpoint_zones": 1,
        "aurora_min_acu": 0,  # pauses after five minutes without a connection
        "aurora_max_acu": 2,
        "relay_minutes": 30,
        "secret_rotation_days": None,
        "log_retention_days": 7,
        "personal_log_retention_days": 7,
    },
    "stg": {"has_nat": True, "has_threat_protection": True},
    "prod": {
        "has_nat": True,
        "aurora_min_acu": 1,
        "aurora_max_acu": 32,
        "backup_retention_days": 35,
        "has_threat_protection": True,
        "log_retention_days": 365,
        "personal_log_retention_days": 90,
        "api_rate_per_s": 2_000,
        "api_burst": 4_000,
        "requests_per_address": 20_000,
        "ingest_concurrency": 200,
    },
}


def deployment_settings(context: Callable[[str], Any]) -> DeploymentSettings:  # Any: CDK context is untyped JSON
    """Choose the environment by the context values `environment`, `region` and `bundling`."""
    environment = context("environment") or "dev"
    chosen = {"environment": environment, **ENVIRONMENTS.get(environment, {})}
    if region := context("region"):
        chosen["region"] = region
    chosen["is_bundled"] = str(context("bundling")).lower() != "false"
    chosen["account"] = os.environ.get("CDK_DEFAULT_ACCOUNT")  # noqa: TID251 - set by the CDK CLI, not by us
    return DeploymentSettings.model_validate(chosen)
