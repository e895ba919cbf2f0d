"""The closed set of failures.

    MakotoError
    ├── Invalid      422  what was sent breaks a rule; names the field and the rule
    ├── Forbidden    403  the caller may not; never says whether the thing exists
    │   └── Unauthenticated 401  who calls is not proven
    ├── NotFound     404
    ├── Conflict     409  the state of the thing is against it
    ├── Throttled    429  too much, come back after `retry_after_s`
    └── Unavailable  503  a part the platform stands on does not answer

A domain subclasses a kind, never the base; the class name is the problem's name and Step Functions' error name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One broken rule: `pointer` is a JSON pointer into what was sent (RFC 6901)."""

    pointer: str
    rule: str
    detail: str


class MakotoError(Exception):
    """The base; raise one of the kinds."""

    status: ClassVar[int] = 500
    kind: ClassVar[str] = "MakotoError"

    def __init__(self, detail: str, *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)

    @property
    def problem(self) -> str:
        """The problem's name in kebab case, as in `urn:makoto:problem:<name>`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()


class Invalid(MakotoError):
    """What was sent breaks a rule."""

    status = 422
    kind = "Invalid"


class Forbidden(MakotoError):
    """The caller may not do this."""

    status = 403
    kind = "Forbidden"


class Unauthenticated(Forbidden):
    """Who calls is not proven: wrong password, expired session."""

    status = 401


class NotFound(MakotoError):
    """There is no such thing here."""

    status = 404
    kind = "NotFound"


class Conflict(MakotoError):
    """The present state of the thing is against it."""

    status = 409
    kind = "Conflict"


class Throttled(MakotoError):
    """Too much at once."""

    status = 429
    kind = "Throttled"

    def __init__(self, detail: str, *, retry_after_s: int = 1, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail, errors=errors)
        self.retry_after_s = retry_after_s


class Unavailable(MakotoError):
    """A part the platform stands on does not answer; trying again is right, after `retry_after_s` where it is known."""

    status = 503
    kind = "Unavailable"

    def __init__(self, detail: str, *, retry_after_s: int | None = None, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail, errors=errors)
        self.retry_after_s = retry_after_s
