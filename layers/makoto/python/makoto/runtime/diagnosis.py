"""Finds what a tenant's cloud, and its language model, contribute to a look into its stores."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from makoto.adapters.llms.diagnosis import llm_probes
from makoto.conformance.diagnosis import Examination
from makoto.ports.context import TenantContext
from makoto.runtime.composition import Platform


def examination(tenant: TenantContext, platform: Platform) -> Examination:
    """Put together what is looked at; a cloud without a `diagnosis` contributes nothing."""
    module = _diagnosis_of(tenant, platform)
    probes = () if module is None else tuple(module.probes(tenant.record, platform.clouds))
    language = llm_probes(tenant.record.llm, tenant.secrets, platform.clouds.network)
    grants = {} if module is None else module.GRANTS
    return Examination(tenant, tenant.clock, tenant.ids, (*probes, *language), grants)


def _diagnosis_of(tenant: TenantContext, platform: Platform) -> Any:
    provider = "memory" if platform.settings.cloud == "memory" else tenant.record.cloud.provider
    name = f"makoto.adapters.clouds.{provider}.diagnosis"
    return import_module(name) if find_spec(name) else None
