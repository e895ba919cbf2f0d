"""Builds the ports of this domain from the platform of the process, once."""

from functools import lru_cache

from functions.tenants.ports import TenantsPorts
from makoto.domain import AwsAccount, TenantRecord
from makoto.ports.context import TenantContext
from makoto.runtime.composition import Platform, platform

WITHOUT_REQUEST = "tenants"


def ports() -> TenantsPorts:
    """The ports of this process."""
    return _ports_of(platform())


@lru_cache(maxsize=1)
def _ports_of(platform: Platform) -> TenantsPorts:
    settings = platform.settings

    def bind(record: TenantRecord) -> TenantContext:
        return platform.bind(record, None, WITHOUT_REQUEST)

    return TenantsPorts(
        tenancy=platform.adapter("tenancy"),
        configuration=platform.configuration,
        identity=platform.adapter("identity"),
        provisioner=platform.provisioner,
        key_ring=platform.adapter("key_ring"),
        workflows=platform.adapter("workflows"),
        publisher=platform.adapter("publisher"),
        clock=platform.clock,
        ids=platform.ids,
        hosted=AwsAccount(account_id=settings.account_id, region=settings.region, role_arn=settings.hosted_role_arn),
        bind=bind,
        reaches_other_regions=settings.reaches_other_regions,
    )
