"""Builds the ports of this domain from the platform of the process."""

from collections.abc import Callable

from functions.doctor.service import DoctorPorts
from makoto.conformance.diagnosis import Examination
from makoto.domain import TenantRecord
from makoto.ports.check_reports import CheckReports
from makoto.runtime.composition import platform
from makoto.runtime.diagnosis import examination


def ports(correlation_id: str, is_late: Callable[[], bool] = lambda: False) -> DoctorPorts:
    """The ports of one request or tick."""
    here = platform()

    def examined(record: TenantRecord) -> Examination:
        return examination(here.open_tenant(record.tenant_id, None, correlation_id), here)

    return DoctorPorts(here.configuration, CheckReports(here.configuration.items), here.clock, examined, is_late)
