"""A move as pure decisions: what follows what, when a writer waits, and what a failure leads to."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from functions.moves.commands import StartMove
from makoto.domain import AwsAccount, CloudAccount, MovePhase, TenantMove, TenantRecord, TenantStatus, Value
from makoto.domain.clouds.places import Hosted
from makoto.errors import Conflict, FieldError, Invalid, Throttled, Unavailable

MOVABLE = frozenset({TenantStatus.ACTIVE, TenantStatus.SUSPENDED})
PASSING = frozenset({"Unavailable", "Throttled", "States.Timeout"})
"""Errors that end by themselves; of Lambda's own every one does."""

MOST_FAILURES = 8
MOST_DIFFERENCES = 3
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=30)


class NotMovable(Conflict):
    """Only a tenant that is active or suspended can be moved."""


class MovedOtherwise(Conflict):
    """The tenant's record speaks of another move."""


class TargetNotEmpty(Conflict):
    """The target holds what this move did not bring."""


class TooLate(Conflict):
    """The move has gone past the point to which this could apply."""


class NotYet(Conflict):
    """The move has not come to the point to which this applies."""


class TargetBusy(Throttled):
    """The target did not take all of a batch."""


class SourceBusy(Throttled):
    """The source did not answer for all of a batch."""


class CopyDiffers(Unavailable):
    """What was read back from the target is not what was sent."""


class StoresRemain(Unavailable):
    """A store that is being removed still exists."""


class PauseTooLong(Conflict):
    """The two sides were not found equal within the longest pause that was allowed."""


class StillDifferent(Conflict):
    """The two sides differed after every repair."""


class Turn(Value):
    """What the state machine does next: `again` at once, `wait` so many seconds, or stop."""

    next: Literal["again", "wait", "done"]
    wait_s: int = 0


def destination(command: StartMove, record: TenantRecord, hosted: AwsAccount) -> CloudAccount:
    """Say where a move goes; Invalid outside the tenant's regions, Conflict where it is already."""
    if isinstance(command.cloud, Hosted):
        account: CloudAccount = hosted
    else:
        account = command.cloud.account
        if isinstance(account, AwsAccount) and account.account_id == hosted.account_id:
            raise _refused("/body/cloud/account_id", "the platform's own account is never a tenant's: say hosted")
    if account.region not in record.regions:
        allowed = ", ".join(sorted(record.regions))
        raise _refused("/body/cloud/region", f"the tenant's data may lie in {allowed} only, not in {account.region}")
    if account == record.cloud:
        raise _refused("/body/cloud", "the tenant is there already")
    return account


def require_movable(record: TenantRecord) -> None:
    """Raise NotMovable for a tenant that is not served."""
    if record.status not in MOVABLE:
        raise NotMovable(f"tenant {record.tenant_id} is {record.status.value}: only one that is served can be moved")


def fingerprint(command: StartMove) -> str:
    """Name a command's content, so that a key used again with another body is seen; keys show as asterisks in it."""
    return sha256(command.model_dump_json().encode()).hexdigest()


def begun(record: TenantRecord, move: TenantMove) -> TenantRecord | None:
    """Announce a move to every writer; None when that is done already."""
    if record.move is not None and record.move.move_id == move.move_id:
        return None
    if record.move is not None or record.cloud != move.source:
        raise MovedOtherwise(f"tenant {record.tenant_id} is not where this move takes it from")
    require_movable(record)
    return record.model_copy(update={"move": move})


def in_phase(record: TenantRecord, move_id: str, phase: MovePhase) -> TenantRecord | None:
    """Let writers pass or wait; None when they do already."""
    move = _own(record, move_id)
    if move.phase is phase:
        return None
    return record.model_copy(update={"move": move.model_copy(update={"phase": phase})})


def switched(record: TenantRecord, move_id: str) -> TenantRecord | None:
    """Serve the tenant at the target from now on; None when it is served there already."""
    move = _own(record, move_id)
    if record.cloud == move.target:
        return None
    if move.phase is not MovePhase.SWITCHING:
        raise MovedOtherwise(f"tenant {record.tenant_id} is not paused: it cannot be switched")
    grace = move.model_copy(update={"phase": MovePhase.GRACE})
    return record.model_copy(update={"cloud": move.target, "move": grace})


def settled(record: TenantRecord, move_id: str, cloud: CloudAccount) -> TenantRecord | None:
    """End the move with the tenant in this cloud; None when it has ended so or never began.

    Raises MovedOtherwise where that would switch the tenant without a pause.
    """
    if record.move is None or record.move.move_id != move_id:
        if record.cloud != cloud:
            raise MovedOtherwise(f"tenant {record.tenant_id} is in another cloud than this move left it in")
        return None
    if record.cloud != cloud and record.move.phase is not MovePhase.SWITCHING:
        raise MovedOtherwise(f"tenant {record.tenant_id} is not paused: it cannot be switched")
    return record.model_copy(update={"cloud": cloud, "move": None})


def is_passing(error: str) -> bool:
    """Tell whether trying again later may help."""
    return error in PASSING or error.startswith(("Lambda.", "Runtime.", "Sandbox."))


def rest(failures: int) -> timedelta:
    """How long a move rests after so many failures of one step."""
    return min(FIRST_REST * (1 << min(failures, 10)), LONGEST_REST)


def wait_until(not_before: datetime | None, now: datetime) -> int:
    """How many whole seconds are left."""
    left_s = (not_before - now).total_seconds() if not_before else 0.0
    return max(0, int(-(-left_s // 1)))


def _own(record: TenantRecord, move_id: str) -> TenantMove:
    if record.move is None or record.move.move_id != move_id:
        raise MovedOtherwise(f"tenant {record.tenant_id} is not being moved by {move_id}")
    return record.move


def _refused(pointer: str, detail: str) -> Invalid:
    return Invalid(detail, errors=[FieldError(pointer, "target", detail)])
