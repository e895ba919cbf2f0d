"""What a run of checks came to."""

from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import computed_field

from makoto.domain import Value
from makoto.ports.diagnosis import Finding, Level

Suite: TypeAlias = Literal["health", "contract"]


class Report(Value):
    """All findings of one run in one tenant's stores, in the order in which they were made."""

    tenant_id: str
    suite: Suite
    begun_at: datetime
    ended_at: datetime
    findings: tuple[Finding, ...]

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def status(self) -> Level:
        """The worst of the findings."""
        found = {each.status for each in self.findings}
        return next((level for level in (Level.FAILED, Level.WARNING) if level in found), Level.OK)
