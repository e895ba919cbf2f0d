"""The base of every event."""

from typing import ClassVar

from makoto.domain.value import Value


class Event(Value):
    """A fact in the past tense; a breaking change is a new version, never an edit."""

    name: ClassVar[str]
    version: ClassVar[int] = 1
    source: ClassVar[str]

    @classmethod
    def detail_type(cls) -> str:
        """The EventBridge detail-type, such as `tenant.suspended.v1`."""
        return f"{cls.name}.v{cls.version}"
