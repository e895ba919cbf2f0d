"""Proves that the platform can use a tenant's stores before they are used in earnest: every needed permission, once."""

from contextlib import suppress

from makoto.conformance.permissions import ACTS, Act
from makoto.conformance.scratch import ROOT, Scratch
from makoto.errors import MakotoError, Unavailable
from makoto.ports.context import TenantContext

NAME = "verification"
OBJECT_PROBE = f"{ROOT}{NAME}/probe.txt"


class StoreNotUsable(Unavailable):
    """A store of the tenant refused an act that the platform needs; names the store and the permission."""


def verify_stores(tenant: TenantContext, attempt: int) -> None:
    """Try every act in every store; StoreNotUsable names the store and the permission that failed."""
    scratch = Scratch(tenant, tenant.clock, NAME, f"-{attempt}")
    try:
        for act in ACTS:
            _try(act, scratch)
    finally:
        with suppress(MakotoError):
            scratch.clean()


def secret_probe(attempt: int) -> str:
    """Name an attempt's secret."""
    return f"{ROOT}{NAME}-{attempt}/probe"


def _try(act: Act, scratch: Scratch) -> None:
    try:
        is_right = act.do(scratch)
    except MakotoError as error:
        raise StoreNotUsable(f"{act.store}: {act.permission} failed ({error.problem}: {error.detail})") from error
    if not is_right:
        raise StoreNotUsable(f"{act.store}: {act.permission} did not give back what was written")
