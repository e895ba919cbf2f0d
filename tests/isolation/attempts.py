"""Every way a caller could reach what is not his, generated from the OpenAPI document and the policies."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from makoto.domain import PLATFORM_TENANT_ID, Principal, Role
from makoto.errors import Forbidden
from makoto.runtime.authorization import authorize

METHODS = ("get", "post", "put", "patch", "delete")
EXAMPLES = {
    "device_id": "edge-01",
    "import_id": "01J9Z6ABCDEFGHJKMNPQRSTVWX",
    "certificate_id": "0" * 64,
    "kind": "material",
    "record_id": "shaft-20",
    "plan_id": "bore-line-1",
    "version": "2",
    "lot_id": "L-2026-001",
    "nc_id": "nc-1",
    "capa_id": "capa-1",
    "chart_id": "bore-diameter",
    "study_id": "caliper-7",
    "order_id": "wo-1",
    "place": "nagoya~machining~line-1~mc-01",
    "figure_id": "nagoya~machining.1767225600000.1767254400000",
    "sequence": "10",
    "activity_id": "receive-L-2026-001",
    "recall_id": "R-2026-01",
    "sweep_id": "recall-R-2026-01",
    "rule_id": "hot",
    "derived_name": "power-per-turn",
    "alarm_id": "edge-01.hot.0123456789.1767225600000",
    "model_id": "bearing-life",
    "frame_id": "01J9Z6ABCDEFGHJKMNPQRSTVWX",
    "move_id": "01J9Z6ABCDEFGHJKMNPQRSTVWX",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One operation; `permission` is None where it is public."""

    method: str
    template: str
    permission: str | None

    @property
    def names_a_tenant(self) -> bool:
        return self.template.startswith("/api/v1/tenants/{tenant_id}")

    @property
    def is_administration(self) -> bool:
        return self.template.startswith("/api/v1/admin/")

    def path(self, tenant_id: str) -> str:
        """The path for a tenant; every other parameter gets a value of its form."""
        path = self.template.replace("{tenant_id}", tenant_id)
        for name, value in EXAMPLES.items():
            path = path.replace(f"{{{name}}}", value)
        assert "{" not in path, f"give {path} an example in tests/isolation/attempts.py"
        return path


def routes(document: dict[str, Any]) -> list[Route]:
    """All operations of the document."""
    return [
        Route(method.upper(), template.replace("<", "{").replace(">", "}"), operation.get("x-permission"))
        for template, operations in sorted(document["paths"].items())
        for method, operation in operations.items()
        if method in METHODS
    ]


def foreign_attempts(document: dict[str, Any]) -> Iterator[tuple[Route, Role]]:
    """Each route that names a tenant × each role of another tenant; administration × each role but the platform's."""
    for route in routes(document):
        if route.names_a_tenant:
            yield from ((route, role) for role in Role)
        elif route.is_administration:
            yield from ((route, role) for role in Role if role is not Role.PLATFORM_ADMIN)


def forbidden_roles(document: dict[str, Any], tenant_id: str) -> Iterator[tuple[Route, Role]]:
    """Each guarded route × each role of the same tenant that the policies do not permit."""
    for route in routes(document):
        for role in Role:
            if route.permission and not route.is_administration and not _is_permitted(route, role, tenant_id):
                yield route, role


def _is_permitted(route: Route, role: Role, tenant_id: str) -> bool:
    home = PLATFORM_TENANT_ID if role is Role.PLATFORM_ADMIN else tenant_id
    principal = Principal(subject="s", username="u", tenant_id=home, role=role)
    target = tenant_id if route.names_a_tenant else home
    try:
        authorize(principal, str(route.permission), target)
    except Forbidden:
        return False
    return True
