"""The task door: one function a domain serves every Step Functions task of it, chosen by name."""

from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ValidationError

from makoto.errors import Invalid, MakotoError
from makoto.runtime.problem import invalid_from
from makoto.runtime.telemetry import logger, serving

Task = TypeVar("Task", bound=Callable[..., Any])


class UnknownTask(Invalid):
    """The state machine names a task that this domain does not have."""


def _failure(kind: type[MakotoError]) -> type[Exception]:
    return type(kind.__name__, (Exception,), {})


_FAILURES = {kind.__name__: _failure(kind) for kind in MakotoError.__subclasses__()}
"""Step Functions knows an error by its class name: the six kinds, whatever the domain's subclass was."""


class TaskDoor:
    """Reads `{"task": name, "input": {…}}`, calls the task with its typed command and returns its JSON."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.tasks: dict[str, tuple[type[BaseModel], Callable[..., Any]]] = {}

    def task(self, name: str) -> Callable[[Task], Task]:
        """Register the decorated function: one parameter, annotated with the command's class."""

        def register(function: Task) -> Task:
            hints = get_type_hints(function)
            hints.pop("return", None)
            (command,) = hints.values()
            self.tasks[name] = (command, function)
            return function

        return register

    def handler(self, event: dict[str, Any], context: LambdaContext) -> Any:
        """Run one task; a failure leaves as one of the six kinds, its cause fit for the operator."""
        given = event.get("input") or {}
        correlation_id = str(given.get("correlation_id") or context.aws_request_id)
        name = str(event.get("task"))
        with serving(domain=self.domain, tenant_id=given.get("tenant_id"), correlation_id=correlation_id, task=name):
            try:
                result = self._run(name, given)
            except MakotoError as error:
                logger.warning("task failed", problem=error.problem, detail=error.detail, exc_info=True)
                raise _FAILURES[error.kind](f"{error.problem}: {error.detail}") from error
            logger.info("task done")
        return result

    def _run(self, name: str, given: dict[str, Any]) -> Any:
        if name not in self.tasks:
            raise UnknownTask(f"the domain {self.domain} has no task {name!r}")
        command, function = self.tasks[name]
        try:
            parsed = command.model_validate(given)
        except ValidationError as error:
            raise invalid_from([dict(each) for each in error.errors(include_input=False, include_url=False)]) from error
        result = function(parsed)
        return result.model_dump(mode="json") if isinstance(result, BaseModel) else result
