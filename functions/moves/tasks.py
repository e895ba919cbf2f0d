"""The tasks of the state machine move_tenant."""

from functions.moves import advancing
from functions.moves.advancing import Task
from functions.moves.model import Turn
from functions.moves.wiring import ports
from makoto.domain import TenantId, Value
from makoto.runtime.tasks import TaskDoor

door = TaskDoor("moves")
handler = door.handler


class MoveTask(Value):
    """Which move a task belongs to, and as which attempt."""

    tenant_id: TenantId
    move_id: str
    attempt: int
    correlation_id: str

    def named(self) -> Task:
        return Task(self.tenant_id, self.move_id, self.attempt, self.correlation_id)


class Interruption(MoveTask):
    """Why a piece of a move failed for good: the name of the error."""

    error: str


@door.task("advance")
def advance(command: MoveTask) -> Turn:
    return advancing.advance(command.named(), ports())


@door.task("interrupt")
def interrupt(command: Interruption) -> Turn:
    return advancing.interrupt(command.named(), command.error, ports())
