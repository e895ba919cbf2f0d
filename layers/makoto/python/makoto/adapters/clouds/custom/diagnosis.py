"""Looks into a tenant's own stores."""

from collections.abc import Iterable

from makoto.adapters.clouds import CloudDependencies
from makoto.adapters.clouds.custom.stores import custom_stores
from makoto.adapters.stores.diagnosis import GRANTS, rented_probes
from makoto.domain import TenantRecord
from makoto.ports.diagnosis import Probe

__all__ = ["GRANTS", "probes"]


def probes(record: TenantRecord, dependencies: CloudDependencies) -> Iterable[Probe]:
    """Endpoints, clocks and rights."""
    return rented_probes(custom_stores(record, dependencies))
