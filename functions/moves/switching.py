"""The steps that change where the tenant works: announced, paused, compared, switched, ended or taken back."""

from datetime import timedelta

from functions.moves import catching_up, model, objects, target
from functions.moves.changes import change
from functions.moves.ports import Desk
from functions.moves.standing import act_of, counted, entered, facts_of, onward
from functions.moves.verifying import verify
from makoto.domain import MovePhase, TenantMove
from makoto.events.moves import TenantMoveFinished, TenantMoveRolledBack, TenantMoveStarted, TenantSwitched
from makoto.ports.move_entry import Direction, Move, MoveStep

SIGNED_FOR = timedelta(seconds=3300)
"""The longest life of an address to upload to that was given out before the move."""


def prepare(move: Move, desk: Desk) -> Move:
    """Make the target's stores, see that they are empty, and prove them as an onboarding does."""
    model.require_movable(desk.record)
    target.prepare(move, desk)
    return entered(move, MoveStep.BEGIN, desk)


def begin(move: Move, desk: Desk) -> Move:
    """Let every write announce itself, and wait until none is under way that did not."""
    announced = TenantMove(move_id=move.move_id, phase=MovePhase.COPYING, source=move.source, target=move.target)
    event, act = TenantMoveStarted(**facts_of(move)), act_of("tenant.move", move, desk)
    change(move.tenant_id, lambda record: model.begun(record, announced), act, desk.ports, event)
    return entered(move, MoveStep.MEASURE, desk, after_s=desk.ports.pause_s)


def pause(move: Move, desk: Desk) -> Move:
    """Let writers wait, and wait until none is under way that was let through."""
    in_phase(move, MovePhase.SWITCHING, "tenant.move-pause", desk)
    paused = move.model_copy(update={"paused_at": desk.ports.clock.now(), "source_tally": None, "target_tally": None})
    return entered(paused, MoveStep.DRAIN, desk, after_s=desk.ports.pause_s)


def drain(move: Move, desk: Desk) -> Move:
    """Work off all of the journal: nothing is added to it any more."""
    _require_short(move, desk)
    done, _ = catching_up.catch_up(desk.leg(move), None)
    return move if done else entered(counted(move, journal_left=0), MoveStep.VERIFY, desk)


def compare(move: Move, desk: Desk) -> Move:
    """Sum both sides up; where they differ, let writers go on and copy again, so often and no more."""
    _require_short(move, desk)
    compared = verify(move, desk)
    if compared.differences == move.differences:
        return compared
    if compared.differences >= model.MOST_DIFFERENCES:
        raise model.StillDifferent("the two sides still differ after every repair")
    resume_writers(compared, desk)
    return entered(counted(compared, documents=0, objects=0, bytes=0), MoveStep.COPY_DOCUMENTS, desk)


def switch(move: Move, desk: Desk) -> Move:
    """Serve the tenant on the other side from now on, in one conditional save."""
    if move.direction is Direction.BACK:
        return _settle_at_source(move, desk)
    event, act = TenantSwitched(**facts_of(move)), act_of("tenant.switch", move, desk)
    change(move.tenant_id, lambda record: model.switched(record, move.move_id), act, desk.ports, event)
    now = desk.ports.clock.now()
    grace_until = now + timedelta(hours=move.grace_hours)
    gone = move.model_copy(update={"switched_at": now, "grace_until": grace_until, "cause": None})
    last_address = move.started_at + SIGNED_FOR + timedelta(seconds=desk.ports.pause_s)
    return entered(gone, MoveStep.LATE_UPLOADS, desk, until=max(now, last_address))


def late_uploads(move: Move, desk: Desk) -> Move:
    """Bring what came to the source by an address given out before the move; then rest until the grace is over."""
    resume = _bring_late(move, desk)
    if resume is not None:
        return onward(move, resume, stage="late")
    return entered(move, MoveStep.GRACE, desk, until=move.grace_until)


def grace(move: Move, desk: Desk) -> Move:
    """The grace period is over."""
    return entered(move, MoveStep.FINISH, desk)


def finish(move: Move, desk: Desk) -> Move:
    """Look for late uploads once more and end the move: no write announces itself any more."""
    resume = _bring_late(move, desk)
    if resume is not None:
        return onward(move, resume, stage="late")
    event, act = TenantMoveFinished(**facts_of(move)), act_of("tenant.move-finish", move, desk)
    change(move.tenant_id, lambda record: model.settled(record, move.move_id, move.target), act, desk.ports, event)
    return entered(move, MoveStep.CLEAR, desk, after_s=desk.ports.pause_s)


def roll_back(move: Move, desk: Desk) -> Move:
    """Go back: before the switch by forgetting the target, after it by bringing the source up to date."""
    if desk.record.cloud == move.target:
        back = move.model_copy(update={"direction": Direction.BACK, "differences": 0, "differing": ()})
        return entered(back, MoveStep.CATCH_UP, desk)
    return _settle_at_source(move, desk)


def resume_writers(move: Move, desk: Desk) -> None:
    """End the pause without a switch."""
    phase = MovePhase.GRACE if move.direction is Direction.BACK else MovePhase.COPYING
    in_phase(move, phase, "tenant.move-resume", desk)


def in_phase(move: Move, phase: MovePhase, action: str, desk: Desk) -> None:
    """Show every writer the phase."""
    act = act_of(action, move, desk)
    change(move.tenant_id, lambda record: model.in_phase(record, move.move_id, phase), act, desk.ports)


def _settle_at_source(move: Move, desk: Desk) -> Move:
    event = TenantMoveRolledBack(**facts_of(move), cause=move.cause or "asked for")
    act = act_of("tenant.move-roll-back", move, desk)
    change(move.tenant_id, lambda record: model.settled(record, move.move_id, move.source), act, desk.ports, event)
    back = move.model_copy(update={"direction": Direction.BACK})
    return entered(back, MoveStep.CLEAR, desk, after_s=desk.ports.pause_s)


def _bring_late(move: Move, desk: Desk) -> str | None:
    leg = desk.leg(move)
    found, resume = objects.page(leg.origin.objects, move.checkpoint.cursor)
    since = move.started_at - timedelta(seconds=desk.ports.pause_s)
    objects.bring_late(leg, [each for each in found if each.modified_at >= since])
    return resume


def _require_short(move: Move, desk: Desk) -> None:
    """Raise PauseTooLong when writers have waited as long as they may."""
    now = desk.ports.clock.now()
    if now - (move.paused_at or now) > timedelta(seconds=move.longest_pause_s + desk.ports.pause_s):
        raise model.PauseTooLong(f"the two sides were not found equal within {move.longest_pause_s} s")
