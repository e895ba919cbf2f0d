"""The tasks of the state machine onboard_tenant."""

from functions.tenants import onboarding
from functions.tenants.onboarding import Task
from functions.tenants.wiring import ports
from makoto.domain import TenantId, Value
from makoto.runtime.tasks import TaskDoor

door = TaskDoor("tenants")
handler = door.handler


class OnboardingTask(Value):
    """Whose onboarding a task belongs to."""

    tenant_id: TenantId
    correlation_id: str

    def named(self) -> Task:
        return Task(self.tenant_id, self.correlation_id)


class RollBack(OnboardingTask):
    """Why an onboarding is rolled back: the name of the error that ended it."""

    error: str


class Decision(Value):
    """Whether there is something to roll back."""

    roll_back: bool


@door.task("register_metadata")
def register_metadata(command: OnboardingTask) -> None:
    onboarding.run_step("register_metadata", command.named(), ports())


@door.task("reach_cloud")
def reach_cloud(command: OnboardingTask) -> None:
    onboarding.run_step("reach_cloud", command.named(), ports())


@door.task("create_identity")
def create_identity(command: OnboardingTask) -> None:
    onboarding.run_step("create_identity", command.named(), ports())


@door.task("provision_stores")
def provision_stores(command: OnboardingTask) -> None:
    onboarding.run_step("provision_stores", command.named(), ports())


@door.task("write_configuration")
def write_configuration(command: OnboardingTask) -> None:
    onboarding.run_step("write_configuration", command.named(), ports())


@door.task("verify_stores")
def verify_stores(command: OnboardingTask) -> None:
    onboarding.run_step("verify_stores", command.named(), ports())


@door.task("activate")
def activate(command: OnboardingTask) -> None:
    onboarding.run_step("activate", command.named(), ports())


@door.task("begin_roll_back")
def begin_roll_back(command: RollBack) -> Decision:
    return Decision(roll_back=onboarding.begin_roll_back(command.named(), command.error, ports()))


@door.task("undo_write_configuration")
def undo_write_configuration(command: OnboardingTask) -> None:
    onboarding.undo_step("write_configuration", command.named(), ports())


@door.task("undo_provision_stores")
def undo_provision_stores(command: OnboardingTask) -> None:
    onboarding.undo_step("provision_stores", command.named(), ports())


@door.task("undo_create_identity")
def undo_create_identity(command: OnboardingTask) -> None:
    onboarding.undo_step("create_identity", command.named(), ports())


@door.task("finish_roll_back")
def finish_roll_back(command: OnboardingTask) -> None:
    onboarding.finish_roll_back(command.named(), ports())
