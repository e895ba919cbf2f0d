"""Cursors of what is no listing of documents: sealed to the question, without the size of its pages."""

from makoto.domain import Value
from makoto.ports.context import TenantContext


def read_cursor(command: Value, tenant: TenantContext) -> str | None:
    """Open the question's cursor; one of another question or tenant is refused."""
    cursor = getattr(command, "cursor", None)
    return None if cursor is None else tenant.documents.cursors.read(cursor, query=_name(command))


def issue_cursor(command: Value, position: str, tenant: TenantContext) -> str:
    """Seal a position to the question."""
    return tenant.documents.cursors.issue(position, query=_name(command))


def _name(command: Value) -> str:
    return f"{type(command).__name__} {command.model_dump_json(exclude={'cursor', 'limit'})}"
