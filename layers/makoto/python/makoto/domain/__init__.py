"""The shared kernel: values that every domain speaks, pure and without a vendor."""

from makoto.domain.clouds import AwsAccount, AzureAccount, CloudAccount, CustomStores, SakuraAccount
from makoto.domain.equipment import EquipmentPath
from makoto.domain.ids import PLATFORM_TENANT_ID, DeviceId, Slug, TenantId, new_tenant_id
from makoto.domain.llm import LlmContract
from makoto.domain.page import Page
from makoto.domain.principal import Principal, Role
from makoto.domain.tenant import MovePhase, TenantMove, TenantRecord, TenantStatus
from makoto.domain.time import Instant, instant_from_ms, ms_from_instant
from makoto.domain.value import Value

__all__ = [
    "PLATFORM_TENANT_ID",
    "AwsAccount",
    "AzureAccount",
    "CloudAccount",
    "CustomStores",
    "DeviceId",
    "EquipmentPath",
    "Instant",
    "LlmContract",
    "MovePhase",
    "Page",
    "Principal",
    "Role",
    "SakuraAccount",
    "Slug",
    "TenantId",
    "TenantMove",
    "TenantRecord",
    "TenantStatus",
    "Value",
    "instant_from_ms",
    "ms_from_instant",
    "new_tenant_id",
]
