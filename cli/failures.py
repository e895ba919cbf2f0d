"""Why a command could not do what was asked, each with its exit code."""

from http import HTTPStatus
from typing import Any


class Failed(Exception):
    """A sentence for the person; exit code 1."""

    exit_code = 1


class Unreachable(Failed):
    """No server answered; exit code 3."""

    exit_code = 3


class Refused(Failed):
    """The server's problem document; exit code 2 where the input broke a rule, else 1."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail") or problem.get("title") or f"HTTP {status}")
        self.status = status
        self.problem = problem
        self.exit_code = 2 if status == HTTPStatus.UNPROCESSABLE_ENTITY else 1

    @property
    def name(self) -> str:
        """The last part of the problem's type, such as `code-rejected`."""
        return str(self.problem.get("type", "")).rsplit(":", 1)[-1]
