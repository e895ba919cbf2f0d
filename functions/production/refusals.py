"""What production refuses, each by a name of its own."""

from makoto.errors import Conflict, FieldError, Invalid, NotFound, Throttled


def field(pointer: str, rule: str, detail: str) -> tuple[FieldError, ...]:
    """Name the one field that is against a rule."""
    return (FieldError(pointer, rule, detail),)


class OrderNotFound(NotFound):
    """The tenant has no such work order."""


class OperationNotFound(NotFound):
    """The order has no operation of that sequence."""


class OrderExists(Conflict):
    """The order id is taken by an order with other content."""


class KeyReused(Conflict):
    """The Idempotency-Key came before with another request."""


class OrderBusy(Throttled):
    """Others change the order faster than this request can."""


class NoRouting(Invalid):
    """The product has no routing that is in force on the day of the order."""


class UnknownMaterial(Invalid):
    """The material is not in the tenant's master data."""


class BomLoop(Invalid):
    """A bill of material contains its own product."""


class UnitsDoNotConvert(Invalid):
    """Two units measure different things."""


class FractionOfPiece(Invalid):
    """Pieces are counted whole."""


class QuantityOutOfRange(Invalid):
    """The quantity is too small or too large to be counted."""


class ReversedWindow(Invalid):
    """The window ends before it begins."""


class OrderTooLarge(Invalid):
    """The routing or the bill of material is too large for one order."""


class DueBeforeStart(Invalid):
    """The order would be due before it starts."""


class NotReleased(Conflict):
    """The shop floor may not begin: the order is planned only."""


class OrderClosed(Conflict):
    """The order is complete or cancelled."""


class PlaceNotAllowed(Invalid):
    """The routing does not allow the operation at this place."""


class UnknownPlace(Invalid):
    """The place is not in the tenant's equipment."""


class RunsElsewhere(Conflict):
    """The operation runs at another place."""


class OperationNotReady(Conflict):
    """Nothing has come from the operation before."""


class TooManyBegun(Conflict):
    """More operations of an order run at once than its end can stop in one write."""


class OperationNotStarted(Conflict):
    """The operation has not begun."""


class OperationNotRunning(Conflict):
    """The operation does not run."""


class OperationNotPaused(Conflict):
    """The operation is not paused."""


class OperationPaused(Conflict):
    """The operation is paused: it is resumed, not started."""


class AlreadyRunning(Conflict):
    """The operation runs already."""


class OperationClosed(Conflict):
    """The operation is complete or cancelled."""


class EarlierNotComplete(Conflict):
    """An operation before this one is not complete."""


class NothingReported(Conflict):
    """No quantity was reported of the operation."""


class UnitsInRework(Conflict):
    """Units of the operation are still in rework."""


class InTheFuture(Invalid):
    """The time lies ahead."""


class OutOfOrder(Conflict):
    """The time lies before what was done to the operation last."""


class NothingToReport(Invalid):
    """A report says at least one quantity."""


class NegativeCount(Invalid):
    """Only a correction takes back."""


class MoreThanInput(Conflict):
    """More would be reported than reached the operation."""


class MoreThanInRework(Conflict):
    """More would come back from rework than went there."""


class BelowZero(Conflict):
    """A correction takes back more than was reported."""


class UsedByNext(Conflict):
    """The next operation has used what a correction would take back."""


class UnknownReason(Invalid):
    """The code is no reason of the tenant's nor of the standard ranges."""


class LotsDoNotBalance(Invalid):
    """The lots that were produced hold more than the report says was made."""


class AlreadyClockedOn(Conflict):
    """The operator is clocked on to the operation."""


class NotClockedOn(Conflict):
    """The operator is not clocked on to the operation."""


class CrewIsFull(Conflict):
    """More people are clocked on than an order takes at once."""


class LabourTooLong(Invalid):
    """One stretch of work would be longer than a day."""
