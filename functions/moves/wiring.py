"""Builds the ports of this domain from the platform of the process, once."""

from functools import lru_cache

from functions.moves.ports import MovesPorts
from makoto.domain import AwsAccount
from makoto.runtime.composition import Platform, platform


def ports() -> MovesPorts:
    """The ports of this process."""
    return _ports_of(platform())


@lru_cache(maxsize=1)
def _ports_of(platform: Platform) -> MovesPorts:
    settings = platform.settings
    return MovesPorts(
        tenancy=platform.adapter("tenancy"),
        moves=platform.adapter("moves"),
        configuration=platform.configuration,
        provisioner=platform.provisioner,
        key_ring=platform.adapter("key_ring"),
        workflows=platform.adapter("workflows"),
        publisher=platform.adapter("publisher"),
        clock=platform.clock,
        ids=platform.ids,
        hosted=AwsAccount(account_id=settings.account_id, region=settings.region, role_arn=settings.hosted_role_arn),
        stores=platform.stores,
        seen_s=settings.tenant_cache_s,
        longest_write_s=settings.longest_write_s,
        reaches_other_regions=settings.reaches_other_regions,
    )
