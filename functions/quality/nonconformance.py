"""A non-conformance: what it affects, what is decided of each lot, and when it may be closed (ISO 9001, 8.7)."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.quality.disposition import MOST_DECISIONS, MOST_LOTS, AffectedLot, Decide, Decision
from functions.quality.model import Change, Cursor, LotId, Slug, Text, Title, broken, noted
from makoto.domain import Instant, Value
from makoto.domain.factory import EquipmentId, MaterialId
from makoto.errors import Conflict
from makoto.events.traceability import LotsTraced

MOST_EVIDENCE = 100


class IsClosed(Conflict):
    """The non-conformance is closed."""


class NotYetClosable(Conflict):
    """Something is still to be decided or done; the errors name it."""


class Origin(StrEnum):
    """Who noticed."""

    SPC = "spc"
    INSPECTION = "inspection"
    ACCEPTANCE = "acceptance"
    HAND = "hand"


class Evidence(Value):
    """What was noticed: a signal of a chart, a result, a lot that was not accepted, or a person's word."""

    origin: Origin
    source: str
    at: Instant
    what: str
    value: float | None = None


class CapaLink(Value):
    """A corrective action about this non-conformance."""

    capa_id: str
    state: Literal["open", "effective", "ineffective"] = "open"


class OpenNonConformance(Value):
    """Open one by hand."""

    nc_id: Slug | None = None
    title: Title
    description: Text | None = None
    product: MaterialId | None = None
    characteristic: Slug | None = None
    lots: Annotated[tuple[LotId, ...], Field(max_length=200)] = ()
    equipment: EquipmentId | None = None
    since: Instant | None = None
    is_hold_wanted: bool = True
    is_capa_required: bool = False

    @model_validator(mode="after")
    def _time_belongs_to_a_place(self) -> Self:
        if (self.since is None) != (self.equipment is None):
            raise ValueError("equipment and since are said together")
        return self


class Close(Value):
    """Close; `waive_trace` says why it is done although the lots were not all traced."""

    note: Text | None = None
    waive_trace: Text | None = None


class NonConformance(Value):
    """The whole case. `revision` grows with every write and is the version of the facts about it.

    `traces_wanted` and `traces_done` count what traceability was asked and has answered; `untold` are lots past what
    one document holds.
    """

    nc_id: str
    title: str
    description: str | None = None
    status: Literal["open", "closed"] = "open"
    subject: str
    """What further evidence joins it, such as `chart/bore-diameter`."""
    product: str | None = None
    characteristic: str | None = None
    equipment: str | None = None
    since: Instant | None = None
    is_hold_wanted: bool = True
    is_capa_required: bool = False
    evidence: tuple[Evidence, ...] = ()
    lots: tuple[AffectedLot, ...] = ()
    decisions: tuple[Decision, ...] = ()
    untold: int = 0
    capas: tuple[CapaLink, ...] = ()
    traces_wanted: int = 0
    traces_done: int = 0
    opened_at: Instant
    opened_by: str
    closed_at: Instant | None = None
    closed_by: str | None = None
    history: tuple[Change, ...] = ()
    revision: int = 0

    @property
    def undecided(self) -> tuple[str, ...]:
        return tuple(each.lot_id for each in self.lots if not each.is_decided)

    def changed(self, change: Change, **update: object) -> "NonConformance":
        return self.model_copy(update={"history": noted(self.history, change), "revision": self.revision + 1, **update})


class NonConformanceLine(Value):
    """A non-conformance in a listing."""

    nc_id: str
    title: str
    status: Literal["open", "closed"]
    product: str | None
    characteristic: str | None
    equipment: str | None
    opened_at: Instant
    closed_at: Instant | None
    lots: int
    undecided: int


class ListNonConformances(Value):
    """Which to list, in the order of their ids."""

    status: Literal["open", "closed"] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Cursor | None = None


def line(of: NonConformance) -> NonConformanceLine:
    """Show one in a listing."""
    shown = of.model_dump(include=set(NonConformanceLine.model_fields) - {"lots", "undecided"})
    return NonConformanceLine(**shown, lots=len(of.lots) + of.untold, undecided=len(of.undecided))


def joined(of: NonConformance, evidence: Evidence, lots: tuple[str, ...], change: Change) -> NonConformance:
    """Add what was noticed further, and the lots it was seen in."""
    kept = (*of.evidence, evidence)[-MOST_EVIDENCE:]
    return with_lots(of.changed(change, evidence=kept), lots, "named")


def with_lots(of: NonConformance, lots: tuple[str, ...], state: Literal["named", "held", "beyond"]) -> NonConformance:
    """Know of lots; what was traced is known better than what was only named, and what is past holding best."""
    rank = ("named", "held", "beyond")
    known = {each.lot_id: each for each in of.lots}
    untold = of.untold
    for lot_id in lots:
        held = known.get(lot_id)
        if held is None and len(known) >= MOST_LOTS:
            untold += 1
        elif held is None:
            known[lot_id] = AffectedLot(lot_id=lot_id, state=state)
        elif rank.index(state) > rank.index(held.state):
            known[lot_id] = held.model_copy(update={"state": state})
    return of.model_copy(update={"lots": tuple(known.values()), "untold": untold})


def traced(of: NonConformance, found: LotsTraced, change: Change) -> NonConformance:
    """Record what genealogy found; lots that come after the closing open the case again."""
    known = with_lots(of, found.reached, "named")
    known = with_lots(with_lots(known, found.held, "held"), found.beyond, "beyond")
    again: dict[str, object] = {}
    if of.status == "closed" and known.undecided:
        again = {"status": "open", "closed_at": None, "closed_by": None, "subject": f"reopened/{of.nc_id}"}
    answers = int(found.part == found.parts and not found.is_late)
    return known.changed(change, traces_done=of.traces_done + answers, **again)


def decided(of: NonConformance, command: Decide, change: Change) -> tuple[NonConformance, tuple[str, ...]]:
    """Write a disposition to its lots, and say to which."""
    require_open(of)
    chosen = command.lots or of.undecided
    known = {each.lot_id: each for each in of.lots}
    for place, lot_id in enumerate(command.lots):
        if lot_id not in known:
            raise broken(f"/body/lots/{place}", "unknown", f"lot {lot_id} is not affected by {of.nc_id}")
    if not chosen:
        raise broken("/body/lots", "empty", "every affected lot has its disposition")
    if len(of.decisions) >= MOST_DECISIONS:
        raise broken(
            "/body", "size", f"a case has at most {MOST_DECISIONS} dispositions; decide of several lots at once"
        )
    number = len(of.decisions) + 1
    made = Decision(number=number, **command.model_dump(exclude={"lots"}), by=change.by, at=change.at)
    for lot_id in chosen:
        lot = known[lot_id]
        decided = {"is_decided": lot.is_decided or not command.is_partial, "decisions": (*lot.decisions, number)}
        known[lot_id] = lot.model_copy(update=decided)
    return of.changed(change, lots=tuple(known.values()), decisions=(*of.decisions, made)), tuple(chosen)


def closed(of: NonConformance, command: Close, change: Change) -> NonConformance:
    """Close what is decided and done."""
    require_open(of)
    against = list(_against(of, is_waived=command.waive_trace is not None))
    if against:
        wrong = broken("/body", "open", f"{of.nc_id} cannot be closed yet: {'; '.join(against)}")
        raise NotYetClosable(wrong.detail, errors=wrong.errors)
    return of.changed(change, status="closed", closed_at=change.at, closed_by=change.by)


def require_open(of: NonConformance) -> None:
    """Refuse to change what is over."""
    if of.status == "closed":
        raise IsClosed(f"{of.nc_id} is closed")


def linked(of: NonConformance, link: CapaLink, change: Change) -> NonConformance:
    """Write down how a corrective action about it stands."""
    kept = tuple(each for each in of.capas if each.capa_id != link.capa_id)
    return of.changed(change, capas=(*kept, link))


def _against(of: NonConformance, *, is_waived: bool) -> list[str]:
    states = [each.state for each in of.capas]
    waiting = of.is_hold_wanted and of.traces_done < of.traces_wanted
    rules = {
        f"{len(of.undecided)} lots have no disposition": bool(of.undecided),
        "its lots are not all traced yet": (waiting or of.untold > 0) and not is_waived,
        "an action about its cause is open": "open" in states,
        "no action about its cause was found effective": of.is_capa_required and "effective" not in states,
    }
    return [what for what, holds in rules.items() if holds]
