"""What is stored of a device, read so that a write over it fails if it has changed since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from functions.telemetry import keys, minutes
from functions.telemetry.alerting import MARK, Alerting, alerting_of
from functions.telemetry.batch import Incoming
from functions.telemetry.latest import Latest
from functions.telemetry.ledger import Ledger
from functions.telemetry.portion import Portion
from makoto.analytics.rollups import Rollup
from makoto.domain import DeviceId, TenantId
from makoto.errors import Unavailable
from makoto.ports.context import TenantContext
from makoto.ports.documents import Condition, Document, IfAbsent, IfVersion, Key


@dataclass(frozen=True, slots=True)
class Held:
    """What is stored, and under which condition it still is. `marks` are those of the messages asked about."""

    tenant_id: TenantId
    device: DeviceId
    path: str
    ledger: Ledger = field(default_factory=Ledger)
    latest: Latest = field(default_factory=Latest)
    latest_bytes: int = 0
    summaries: Mapping[int, Mapping[str, Rollup]] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    conditions: Mapping[Key, Condition] = field(default_factory=dict)
    alerting: Alerting | None = None

    @property
    def moved_from(self) -> str | None:
        """Where the device stood before, if it stands elsewhere now."""
        return self.ledger.path if self.ledger.path not in ("", self.path) else None


def held_of(draft: Portion, incoming: Sequence[Incoming], tenant: TenantContext) -> Held:
    """Read what a portion will change, in one batch, and which of all the messages are marked."""
    device, path = incoming[-1].message.device, str(incoming[-1].message.path)
    ledger_key, latest_key = keys.ledger_key(device), keys.latest_key(path, device)
    minute_keys = _minute_keys(device, draft.minutes())
    mark_keys = {keys.mark_key(device, each.mark): each.mark for each in incoming if not each.decoded.identity}
    found = _read([ledger_key, latest_key, MARK, *minute_keys, *mark_keys], tenant)
    held = Held(
        tenant_id=tenant.tenant_id,
        device=device,
        path=path,
        ledger=_ledger_of(found.get(ledger_key)),
        latest=_latest_of(found.get(latest_key)),
        latest_bytes=_latest_bytes(found.get(latest_key)),
        summaries=_summaries(minute_keys, found),
        marks=frozenset(mark for key, mark in mark_keys.items() if key in found),
        conditions={key: _condition(found.get(key)) for key in (ledger_key, latest_key, *minute_keys)},
        alerting=alerting_of(found.get(MARK), tenant),
    )
    return held if held.moved_from is None else _with_old_place(held, held.moved_from, tenant)


def with_minutes(held: Held, wanted: Iterable[int], tenant: TenantContext) -> Held:
    """Read the summaries that were not foreseen."""
    unread = {key: each for key, each in _minute_keys(held.device, wanted).items() if key not in held.conditions}
    if not unread:
        return held
    found = _read(list(unread), tenant)
    conditions = {key: _condition(found.get(key)) for key in unread}
    return replace(
        held,
        summaries={**held.summaries, **_summaries(unread, found)},
        conditions={**held.conditions, **conditions},
    )


def _with_old_place(held: Held, path: str, tenant: TenantContext) -> Held:
    key = keys.latest_key(path, held.device)
    found = _read([key], tenant).get(key)
    conditions = {**held.conditions, key: _condition(found)}
    return replace(held, latest=held.latest.joined(_latest_of(found)), conditions=conditions)


def _minute_keys(device: DeviceId, wanted: Iterable[int]) -> dict[Key, int]:
    return {keys.minute_key(device, minutes.minute_name(minute)): minute for minute in wanted}


def _read(wanted: Sequence[Key], tenant: TenantContext) -> dict[Key, Document]:
    got = tenant.documents.batch_get(wanted)
    if got.failed:
        raise Unavailable(f"the store did not answer for {len(got.failed)} of {len(wanted)} documents")
    return got.found


def _summaries(wanted: Mapping[Key, int], found: Mapping[Key, Document]) -> dict[int, dict[str, Rollup]]:
    return {
        minute: minutes.from_document_text(str(found[key].data["metrics"]))
        for key, minute in wanted.items()
        if key in found
    }


def _ledger_of(document: Document | None) -> Ledger:
    if document is None:
        return Ledger()
    facts, sealed = document.data.get("facts", 0), document.data.get("sealed", 0)
    assert isinstance(facts, int)
    assert isinstance(sealed, int)
    return Ledger.from_text(str(document.data["path"]), str(document.data["sessions"]), facts, sealed)


def _latest_of(document: Document | None) -> Latest:
    return Latest.from_text(str(document.data["latest"])) if document else Latest()


def _latest_bytes(document: Document | None) -> int:
    return len(str(document.data["latest"]).encode()) if document else 0


def _condition(document: Document | None) -> Condition:
    return IfVersion(document.version) if document else IfAbsent()
