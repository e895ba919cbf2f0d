"""What a caller sees of a move: where it comes from and goes, how far it is, what both sides hold; never a key."""

from makoto.domain import CloudAccount, Instant, Value
from makoto.ports.move_entry import Direction, Move, MoveStatus, MoveStep, Progress, Tally

PHASES: dict[MoveStep, str] = {
    MoveStep.PREPARE: "preparing",
    MoveStep.BEGIN: "preparing",
    MoveStep.DRAIN: "switching",
    MoveStep.VERIFY: "switching",
    MoveStep.SWITCH: "switching",
    MoveStep.LATE_UPLOADS: "grace",
    MoveStep.GRACE: "grace",
    MoveStep.FINISH: "grace",
    MoveStep.CLEAR: "clearing",
}


class Place(Value):
    """A side of a move."""

    provider: str
    region: str


class SideHeld(Value):
    """What a side held when the two were compared; the checksum does not depend on the order of reading."""

    documents: int
    objects: int
    bytes: int
    secrets: int
    checksum: str


class MoveSummary(Value):
    """A move in the list of a tenant's."""

    move_id: str
    tenant_id: str
    source: Place
    target: Place
    status: MoveStatus
    phase: str
    step: MoveStep
    direction: Direction
    started_at: Instant
    ended_at: Instant | None


class MoveDetail(MoveSummary):
    """A move with its progress.

    `pause_s` is for how long writes will wait about: for those begun before, and for the comparison, as measured.
    """

    requested_by: str
    progress: Progress
    pause_s: int
    longest_pause_s: int
    grace_hours: int
    remove_source: bool
    updated_at: Instant
    not_before: Instant | None
    paused_at: Instant | None
    switched_at: Instant | None
    grace_until: Instant | None
    paused_s: float | None
    attempt: int
    failures: int
    differences: int
    source_held: SideHeld | None
    target_held: SideHeld | None
    is_equal: bool | None
    cause: str | None
    residue: str | None


def summary(move: Move) -> MoveSummary:
    """Show a move in a list."""
    return MoveSummary(**_summary(move))


def detail(move: Move) -> MoveDetail:
    """Show all of a move that is fit to be seen."""
    shown = move.model_dump(include=set(MoveDetail.model_fields) - {"source", "target", "progress"})
    waited = move.switched_at - move.paused_at if move.switched_at and move.paused_at else None
    held = {"source_held": _held(move.source_tally), "target_held": _held(move.target_tally)}
    are_compared = move.source_tally is not None and move.target_tally is not None and _is_compared(move)
    return MoveDetail(
        **{**shown, **_summary(move), **held},
        progress=move.progress,
        paused_s=waited and max(0.0, waited.total_seconds()),
        is_equal=(move.source_tally == move.target_tally) if are_compared else None,
    )


def _is_compared(move: Move) -> bool:
    return move.step is not MoveStep.VERIFY


def _summary(move: Move) -> dict[str, object]:
    whole = {"source": _place(move.source), "target": _place(move.target), "phase": _phase(move)}
    told = move.model_dump(include={"move_id", "tenant_id", "status", "step", "direction", "started_at", "ended_at"})
    return {**told, **whole}


def _phase(move: Move) -> str:
    return PHASES.get(move.step, "copying") if move.is_running else move.status.value


def _place(account: CloudAccount) -> Place:
    return Place(provider=account.provider, region=account.region)


def _held(tally: Tally | None) -> SideHeld | None:
    if tally is None:
        return None
    counts = tally.model_dump(include={"documents", "objects", "bytes", "secrets"})
    return SideHeld(**counts, checksum=tally.checksum)
