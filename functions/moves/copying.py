"""The steps that carry a tenant's data over while it works, a page or a portion at a time."""

from datetime import timedelta

from functions.moves import catching_up, documents, objects, secrets
from functions.moves.ports import Desk
from functions.moves.standing import counted, entered, onward
from makoto.ports.move_entry import Move, MoveStep

COPY, PRUNE, DOCUMENTS, OBJECTS = "copy", "prune", "documents", "objects"
"""The stages of these steps."""


def measure(move: Move, desk: Desk) -> Move:
    """Count what is to be copied; how long that takes tells how long the comparison in the pause will."""
    source, before = desk.leg(move).origin, move.progress
    if move.checkpoint.stage != OBJECTS:
        walked = documents.page(source.documents, move.checkpoint.cursor)
        more = counted(move, documents_total=before.documents_total + len(walked.documents))
        return onward(more, walked.resume, stage=DOCUMENTS, then=OBJECTS)
    found, resume = objects.page(source.objects, move.checkpoint.cursor)
    total_bytes = before.bytes_total + sum(each.bytes for each in found)
    more = counted(move, objects_total=before.objects_total + len(found), bytes_total=total_bytes)
    if resume is not None:
        return onward(more, resume, stage=OBJECTS)
    return entered(more.model_copy(update={"pause_s": _stated(move, desk)}), MoveStep.COPY_DOCUMENTS, desk)


def copy_documents(move: Move, desk: Desk) -> Move:
    """Copy a page; in a repair, then take away from the destination what the origin does not hold."""
    leg, cursor = desk.leg(move), move.checkpoint.cursor
    sides = (leg.origin.documents, leg.destination.documents)
    if move.checkpoint.stage == PRUNE:
        resume = documents.prune_page(*sides, cursor, move.differing)
        return entered(move, MoveStep.COPY_OBJECTS, desk) if resume is None else onward(move, resume, stage=PRUNE)
    copied, resume = documents.copy_page(*sides, cursor, move.differing)
    more = counted(move, documents=move.progress.documents + copied)
    if resume is None and not move.differences:
        return entered(more, MoveStep.COPY_OBJECTS, desk)
    return onward(more, resume, stage=COPY, then=PRUNE)


def copy_objects(move: Move, desk: Desk) -> Move:
    """Copy a portion; in a repair, then take away from the destination what the origin does not hold."""
    leg, cursor = desk.leg(move), move.checkpoint.cursor
    if move.checkpoint.stage == PRUNE:
        resume = objects.prune_page(leg, cursor)
        return entered(move, MoveStep.COPY_SECRETS, desk) if resume is None else onward(move, resume, stage=PRUNE)
    portion = objects.copy_portion(leg, cursor)
    total_bytes = move.progress.bytes + portion.bytes
    more = counted(move, objects=move.progress.objects + portion.objects, bytes=total_bytes)
    if portion.after is None and not move.differences:
        return entered(more, MoveStep.COPY_SECRETS, desk)
    return onward(more, portion.after, stage=COPY, then=PRUNE)


def copy_secrets(move: Move, desk: Desk) -> Move:
    """Copy all of them; they are few."""
    copied = secrets.copy_all(desk.leg(move))
    return entered(counted(move, secrets=copied, secrets_total=copied), MoveStep.CATCH_UP, desk)


def catch_up(move: Move, desk: Desk) -> Move:
    """Work the journal off while writers go on, until so little is left that the pause can take it.

    An intent is ripe when its own storing and the write after it have ended, however slow both were.
    """
    before = desk.ports.clock.now() - timedelta(seconds=2 * desk.ports.longest_write_s)
    done, young = catching_up.catch_up(desk.leg(move), before)
    more = counted(move, journal_left=young)
    return more if done > catching_up.FEW else entered(more, MoveStep.PAUSE, desk)


def _stated(move: Move, desk: Desk) -> int:
    """Writers wait for those before them, and for both sides to be read once."""
    now = desk.ports.clock.now()
    took = now - (move.step_began_at or now)
    return int(desk.ports.pause_s + 2 * took.total_seconds()) + 1
