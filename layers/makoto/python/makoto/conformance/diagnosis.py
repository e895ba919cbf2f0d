"""A look into a tenant's stores the way the platform uses them: permissions, speed, limits, and the cloud's probes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median

from makoto.conformance.fixes import FAR, WRONG, fix_of
from makoto.conformance.permissions import ACTS, Act
from makoto.conformance.scratch import Scratch, Stores
from makoto.domain import Value
from makoto.errors import MakotoError, NotFound, Unavailable
from makoto.ports.clock import Clock
from makoto.ports.diagnosis import Finding, Level, Probe
from makoto.ports.ids import Ids

SAMPLES = 5
SLOW_MS: Mapping[str, int] = {"documents": 250, "objects": 500, "secrets": 500}

Said = Callable[[Finding], None]


@dataclass(frozen=True)
class Examination:
    """Whose stores are looked into, and with what.

    `grants` names the cloud's own word for each needed permission, by store and permission.
    """

    stores: Stores
    clock: Clock
    ids: Ids
    probes: Sequence[Probe] = ()
    grants: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def scratch(self) -> Scratch:
        """Open a corner of the stores for one run."""
        return Scratch(self.stores, self.clock, self.ids.ulid().lower())


def diagnose(examination: Examination) -> Iterator[Finding]:
    """Look at everything, one finding at a time; what cannot be looked at is a finding too."""
    scratch = examination.scratch()
    try:
        reached = list[str]()
        for store, look in _looks(scratch).items():
            finding = _reached(store, look, scratch.clock)
            reached += [] if finding.status is Level.FAILED else [store]
            yield finding
        yield from (_probed(probe, examination.clock) for probe in examination.probes)
        yield from (_permitted(act, scratch, examination.grants) for act in ACTS if act.store in reached)
        yield from (_latency(each, scratch.clock, look) for each, look in _looks(scratch).items() if each in reached)
        yield from _limits(examination.stores)
    finally:
        with suppress(MakotoError):
            scratch.sweep()
        with suppress(MakotoError):
            scratch.clean()


def failed(check: str, store: str, error: MakotoError, grant: str = "", latency_ms: float | None = None) -> Finding:
    """Say a failure and what helps against it."""
    return Finding(
        check=check,
        store=store,
        status=Level.FAILED,
        latency_ms=latency_ms,
        detail=f"{error.problem}: {error.detail}",
        fix=fix_of(error, grant),
    )


def since(clock: Clock, begun: float) -> float:
    """Milliseconds that have passed."""
    return round((clock.now().timestamp() - begun) * 1000, 1)


def _probed(probe: Probe, clock: Clock) -> Finding:
    begun = clock.now().timestamp()
    try:
        found = probe.look()
    except MakotoError as error:
        return failed(probe.check, probe.store, error, latency_ms=since(clock, begun))
    return Finding(
        check=probe.check,
        store=probe.store,
        status=found.status,
        latency_ms=since(clock, begun),
        detail=found.detail,
        fix=found.fix,
    )


def _permitted(act: Act, scratch: Scratch, grants: Mapping[tuple[str, str], str]) -> Finding:
    check, begun = f"permission {act.permission}", scratch.clock.now().timestamp()
    try:
        is_right = act.do(scratch)
    except MakotoError as error:
        grant = grants.get((act.store, act.permission), "")
        return failed(check, act.store, error, grant, since(scratch.clock, begun))
    latency_ms = since(scratch.clock, begun)
    if not is_right:
        detail = "did not give back what was written"
        return Finding(
            check=check, store=act.store, status=Level.FAILED, latency_ms=latency_ms, detail=detail, fix=WRONG
        )
    return Finding(check=check, store=act.store, status=Level.OK, latency_ms=latency_ms)


def _looks(scratch: Scratch) -> Mapping[str, Callable[[], object]]:
    """The cheapest question to each store: it asks for what is not there."""
    absent = f"{scratch.folder}absent"
    return {
        "documents": lambda: scratch.documents.find(scratch.key("absent")),
        "objects": lambda: scratch.objects.download(absent),
        "secrets": lambda: scratch.secrets.read_through(absent),
    }


def _reached(store: str, look: Callable[[], object], clock: Clock) -> Finding:
    """See whether the store answers at all; where it does not, its other acts are not tried."""
    begun = clock.now().timestamp()
    try:
        look()
    except Unavailable as error:
        return failed("reachability", store, error, latency_ms=since(clock, begun))
    except MakotoError:
        pass  # it answers; what it refuses is told by the permissions
    return Finding(check="reachability", store=store, status=Level.OK, latency_ms=since(clock, begun))


def _latency(store: str, clock: Clock, look: Callable[[], object]) -> Finding:
    spans: list[float] = []
    for _ in range(SAMPLES):
        begun = clock.now().timestamp()
        try:
            look()
        except NotFound:
            pass  # the answer is what is timed
        except MakotoError as error:
            return failed("latency", store, error)
        spans.append(since(clock, begun))
    middle, slow_ms = median(spans), SLOW_MS[store]
    detail = f"median of {SAMPLES} reads {middle:.1f} ms, longest {max(spans):.1f} ms"
    if middle <= slow_ms:
        return Finding(check="latency", store=store, status=Level.OK, latency_ms=middle, detail=detail)
    told = f"{detail}; more than {slow_ms} ms"
    return Finding(check="latency", store=store, status=Level.WARNING, latency_ms=middle, detail=told, fix=FAR)


def _limits(stores: Stores) -> Iterator[Finding]:
    documents, objects = stores.documents.driver.limits, stores.objects.driver.limits
    yield Finding(
        check="limits",
        store="documents",
        status=Level.OK,
        detail=f"{documents.max_item_bytes} bytes an item, {documents.max_batch_get} reads and"
        f" {documents.max_batch_put} writes a batch, {documents.max_atomic_writes} writes as one"
        f" within a {documents.atomic_scope},"
        f" {documents.consistency} consistency",
    )
    yield Finding(
        check="limits",
        store="objects",
        status=Level.OK,
        detail=f"{objects.max_object_bytes} bytes an object, signed for {objects.max_signed_s} s at most",
    )


class Summary(Value):
    """How many findings of each level a run has."""

    ok: int = 0
    warning: int = 0
    failed: int = 0


def summary(findings: Sequence[Finding]) -> Summary:
    """Count the findings."""
    return Summary(**{level.value: sum(each.status is level for each in findings) for level in Level})
