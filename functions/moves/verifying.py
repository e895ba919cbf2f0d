"""Compares the two sides while nobody writes, page by page: a comparison that broke goes on where it stopped."""

from datetime import timedelta

from functions.moves import documents, objects, secrets
from functions.moves.ports import Desk, Leg
from functions.moves.standing import entered, onward
from makoto.ports.context import TenantStores
from makoto.ports.documents import Documents
from makoto.ports.move_entry import Move, MoveStep, Tally

EXPIRING = timedelta(hours=1)
"""What expires within an hour of the longest pause is not compared: a store may have removed it meanwhile."""

STAGES = ("source documents", "target documents", "source objects", "target objects", "secrets")


def verify(move: Move, desk: Desk) -> Move:
    """Sum up the next page; at the end go to the switch, or count a difference and say in which shares it is."""
    stage = move.checkpoint.stage or STAGES[0]
    if stage == STAGES[-1]:
        return _judged(move, desk)
    in_source, kind = stage.startswith("source"), stage.partition(" ")[2]
    name = "source_tally" if in_source else "target_tally"
    tally = (move.source_tally if in_source else move.target_tally) or Tally()
    if kind == "documents":
        summed, resume = _add_documents(move, desk, tally, _side(desk.leg(move), in_source).documents)
    else:
        leg = desk.leg(move)
        side, cursor = _side(leg, in_source), move.checkpoint.cursor
        summed, resume = objects.add(tally, side.objects, leg.noted, cursor, in_source=in_source)
    following = STAGES[STAGES.index(stage) + 1]
    return onward(move.model_copy(update={name: summed}), resume, stage=stage, then=following)


def _side(leg: Leg, in_source: bool) -> TenantStores:
    return leg.origin if in_source is not leg.is_back else leg.destination


def _add_documents(move: Move, desk: Desk, tally: Tally, side: Documents) -> tuple[Tally, str | None]:
    paused_at = move.paused_at or desk.ports.clock.now()
    horizon = paused_at + timedelta(seconds=move.longest_pause_s + desk.ports.pause_s) + EXPIRING
    walked = documents.page(side, move.checkpoint.cursor)
    return documents.add(tally, walked.documents, horizon), walked.resume


def _judged(move: Move, desk: Desk) -> Move:
    leg = desk.leg(move)
    ours, theirs, are_equal = secrets.compare(leg, desk.ports.ids)
    in_source, in_target = (theirs, ours) if leg.is_back else (ours, theirs)
    source = (move.source_tally or Tally()).model_copy(update={"secrets": in_source})
    target = (move.target_tally or Tally()).model_copy(update={"secrets": in_target})
    judged = move.model_copy(update={"source_tally": source, "target_tally": target})
    if source == target and are_equal:
        return entered(judged.model_copy(update={"differing": ()}), MoveStep.SWITCH, desk)
    return judged.model_copy(update={"differences": move.differences + 1, "differing": _differing(source, target)})


def _differing(source: Tally, target: Tally) -> tuple[int, ...]:
    """Name the shares of documents to copy again; where they are equal none needs it, which one empty share says."""
    pairs = zip(source.shares, target.shares, strict=True)
    return tuple(share for share, (one, other) in enumerate(pairs) if one != other) or (-1,)
