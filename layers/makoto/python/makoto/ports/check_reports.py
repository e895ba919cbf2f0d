"""The last report of each tenant's stores, kept by the platform: a tenant's own store may be what is down."""

from collections.abc import Mapping
from datetime import datetime

from makoto.ports.configuration import ConfigurationDriver, DeleteItem, ItemKey, PutItem

CHECKS = "checks"


class CheckReports:
    """Reports as JSON, when each was made, and which are asked for."""

    def __init__(self, items: ConfigurationDriver) -> None:
        self._items = items

    def save(self, tenant_id: str, report: str, ended_at: datetime) -> None:
        """Keep a report over the last one; what was asked for is answered by it."""
        self._items.write(
            [
                PutItem(_report(tenant_id), {"report": report}),
                PutItem(_last(tenant_id), {"tenant_id": tenant_id, "ended_at": ended_at.isoformat()}),
                DeleteItem(_asked(tenant_id)),
            ]
        )

    def latest(self, tenant_id: str) -> str | None:
        """Return the last report."""
        item = self._items.get(_report(tenant_id))
        return None if item is None else str(item["report"])

    def looked_at(self) -> Mapping[str, datetime]:
        """Tell when each tenant was looked into last."""
        items = self._items.list(CHECKS, "last#")
        return {str(item["tenant_id"]): datetime.fromisoformat(str(item["ended_at"])) for item in items}

    def ask(self, tenant_id: str, suite: str) -> None:
        """Ask for a report; a second request while one waits replaces it."""
        self._items.write([PutItem(_asked(tenant_id), {"tenant_id": tenant_id, "suite": suite})])

    def asked_for(self, tenant_id: str) -> str | None:
        """Return the suite that waits for this tenant."""
        item = self._items.get(_asked(tenant_id))
        return None if item is None else str(item["suite"])

    def asked(self) -> Mapping[str, str]:
        """Return the suites that wait, by tenant."""
        items = self._items.list(CHECKS, "asked#")
        return {str(item["tenant_id"]): str(item["suite"]) for item in items}

    def forget(self, tenant_id: str) -> None:
        """Remove all of a tenant's."""
        self._items.write([DeleteItem(key) for key in (_report(tenant_id), _last(tenant_id), _asked(tenant_id))])


def _report(tenant_id: str) -> ItemKey:
    return ItemKey(f"tenant#{tenant_id}", "checks#latest")


def _last(tenant_id: str) -> ItemKey:
    return ItemKey(CHECKS, f"last#{tenant_id}")


def _asked(tenant_id: str) -> ItemKey:
    return ItemKey(CHECKS, f"asked#{tenant_id}")
