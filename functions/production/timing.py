"""When something was done to an operation, and how long each of its phases took."""

from datetime import datetime, timedelta

from functions.production.commands import Act
from functions.production.operation import Operation, Phase, Times
from functions.production.refusals import InTheFuture, OutOfOrder, field
from makoto.domain import ms_from_instant

AHEAD = timedelta(minutes=5)
"""As far as a terminal's clock may be ahead of ours."""

_COUNTED = {Phase.SETUP: "setup_ms", Phase.PROCESSING: "processing_ms", Phase.PAUSED: "paused_ms"}


def when(at: datetime | None, operation: Operation, act: Act) -> datetime:
    """Say when an action was: as told, neither ahead of us nor before what was done last."""
    if at is None:
        return max(act.now, operation.last_at or act.now)
    not_ahead(at, act)
    if operation.last_at is not None and at < operation.last_at:
        earlier = f"operation {operation.sequence} was changed at {operation.last_at.isoformat()}, after this time"
        raise OutOfOrder(earlier, errors=field("/body/at", "order", "not before the operation's last change"))
    return at


def not_ahead(at: datetime, act: Act) -> None:
    """Raise InTheFuture for a time that a slow clock does not explain."""
    if at > act.now + AHEAD:
        rule = field("/body/at", "future", f"at most {AHEAD.seconds // 60} minutes ahead of {act.now.isoformat()}")
        raise InTheFuture("the time lies in the future", errors=rule)


def counted(operation: Operation, until: datetime) -> Times:
    """Add the phase that ends to the times."""
    name = _COUNTED.get(operation.phase)
    if name is None or operation.since is None:
        return operation.times
    spent = ms_from_instant(until) - ms_from_instant(operation.since)
    return operation.times.model_copy(update={name: getattr(operation.times, name) + spent})
