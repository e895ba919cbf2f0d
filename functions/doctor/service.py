"""Use cases of the doctor: look now, ask for a long look, read the last report, look into everybody in turn."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from functions.doctor import model
from functions.doctor.model import NotLookedInto, SuiteName
from makoto.conformance.contract import keep_contract
from makoto.conformance.diagnosis import Examination, diagnose
from makoto.conformance.report import Report
from makoto.domain import TenantRecord, Value
from makoto.errors import MakotoError
from makoto.ports.check_reports import CheckReports
from makoto.ports.clock import Clock
from makoto.ports.configuration import Configuration
from makoto.ports.diagnosis import Finding

MAX_PARALLEL = 4
SUITES: dict[str, Callable[[Examination], Iterator[Finding]]] = {"health": diagnose, "contract": keep_contract}


class Checks(Value):
    """The last report of a tenant, and the suite that was asked for and is not run yet."""

    pending: SuiteName | None
    report: Report | None


class Look(Value):
    """What became of one tenant's turn: a report, or the problem that prevented it."""

    tenant_id: str
    report: Report | None = None
    problem: str = ""


@dataclass(frozen=True)
class DoctorPorts:
    """What the doctor asks of the platform; `examination` opens a tenant's stores for a look."""

    configuration: Configuration
    reports: CheckReports
    clock: Clock
    examination: Callable[[TenantRecord], Examination]
    is_late: Callable[[], bool] = lambda: False


def look(record: TenantRecord, suite: str, ports: DoctorPorts) -> Report:
    """Look into a tenant's stores now, and keep the report."""
    begun_at = ports.clock.now()
    findings = tuple(SUITES[suite](ports.examination(record)))
    told = {"tenant_id": record.tenant_id, "suite": suite, "begun_at": begun_at, "ended_at": ports.clock.now()}
    report = Report.model_validate({**told, "findings": findings})
    ports.reports.save(record.tenant_id, report.model_dump_json(exclude={"status"}), report.ended_at)
    return report


def ask(tenant_id: str, suite: SuiteName, ports: DoctorPorts) -> Checks:
    """Ask for a look that the schedule takes within a minute."""
    ports.reports.ask(tenant_id, suite)
    return checks(tenant_id, ports)


def checks(tenant_id: str, ports: DoctorPorts) -> Checks:
    """Read the last report and what is still to come."""
    latest, asked = ports.reports.latest(tenant_id), ports.reports.asked_for(tenant_id)
    report = None if latest is None else Report.model_validate_json(latest)
    return Checks.model_validate({"pending": asked, "report": report})


def latest(tenant_id: str, ports: DoctorPorts) -> Checks:
    """Read what is known; NotLookedInto where there is nothing and nothing is to come."""
    found = checks(tenant_id, ports)
    if found.report is None and found.pending is None:
        raise NotLookedInto("nobody has looked into this tenant's stores yet")
    return found


def look_into_all(ports: DoctorPorts) -> tuple[Look, ...]:
    """Take what was asked for, then whose turn it is, a few at a time; one that hangs or fails holds up no other."""
    tenants, looked_at, asked = ports.configuration.tenants(), ports.reports.looked_at(), ports.reports.asked()
    for tenant_id in model.gone(tenants, {**looked_at, **dict.fromkeys(asked, ports.clock.now())}):
        ports.reports.forget(tenant_id)
    waiting = [each for each in tenants if each.tenant_id in asked]
    due = [each for each in model.due(tenants, looked_at, ports.clock.now()) if each.tenant_id not in asked]
    with ThreadPoolExecutor(MAX_PARALLEL) as pool:
        turns = list(pool.map(lambda each: _turn(each, asked.get(each.tenant_id, "health"), ports), waiting + due))
    return tuple(turn for turn in turns if turn is not None)


def _turn(record: TenantRecord, suite: str, ports: DoctorPorts) -> Look | None:
    if ports.is_late():
        return None
    try:
        return Look(tenant_id=record.tenant_id, report=look(record, suite, ports))
    except MakotoError as error:
        return Look(tenant_id=record.tenant_id, problem=f"{error.problem}: {error.detail}")
