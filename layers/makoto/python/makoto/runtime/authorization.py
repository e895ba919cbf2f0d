"""Asks the Cedar policies whether a principal may do an action; the policies are data in `policies/`."""

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from makoto.domain import PLATFORM_TENANT_ID, Principal
from makoto.errors import Forbidden
from makoto.settings import runtime_settings

if TYPE_CHECKING:
    from cedarpy import PolicySet, Schema

SCHEMA_FILE = "makoto.cedarschema"
PLATFORM_GROUP = "platform"
MOST_REMEMBERED = 8192
SOMEBODY = "somebody"
"""The caller's name for Cedar: no policy may speak of one person, and a test sees to it."""

_DECLARATION = re.compile(r'action\s+((?:"[^"]+"\s*,?\s*)+)in\s*\["(\w+)"\]')
_NAME = re.compile(r'"([^"]+)"')


class Policies:
    """The policies of one folder, parsed once.

    A decision takes 0.05 ms, more than the whole of a bare resolver's GET (0.035 ms), so decisions are remembered by
    everything they depend on: Cedar is told the caller's role, tenant and features, and no name.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._permits = lru_cache(maxsize=MOST_REMEMBERED)(self._decide)

    @cached_property
    def schema_text(self) -> str:
        return (self._folder / SCHEMA_FILE).read_text(encoding="utf-8")

    @cached_property
    def text(self) -> str:
        """All policy files, joined in the order of their names."""
        return "\n".join(file.read_text(encoding="utf-8") for file in sorted(self._folder.glob("*.cedar")))

    @cached_property
    def actions(self) -> Mapping[str, str]:
        """The group of every action that the schema declares, by the action's name."""
        declared = _DECLARATION.findall(self.schema_text)
        return {name: group for names, group in declared for name in _NAME.findall(names)}

    def authorize(self, principal: Principal, action: str, tenant_id: str) -> None:
        """Raise Forbidden unless a policy permits `action` on the tenant.

        The resource of a platform action is always the operator's own tenant, whichever tenant its path names. A policy
        that cannot be evaluated refuses too: Cedar would skip it, and it may be the one that forbids.
        """
        on_tenant = PLATFORM_TENANT_ID if self.actions.get(action) == PLATFORM_GROUP else tenant_id
        if not self._permits(principal.role.value, principal.tenant_id, principal.features, action, on_tenant):
            raise ActionForbidden(f"{principal.role.value} may not {action} here")

    def _decide(self, role: str, home: str, features: tuple[str, ...], action: str, tenant_id: str) -> bool:
        from cedarpy import is_authorized

        policies, schema = self._parsed
        user, tenant = _entity("User", SOMEBODY), _entity("Tenant", tenant_id)
        attributes = {"tenant_id": home, "role": role, "features": list(features)}
        entities = [
            {"uid": user, "attrs": attributes, "parents": []},
            {"uid": tenant, "attrs": {"tenant_id": tenant_id}, "parents": []},
        ]
        request = {"principal": user, "action": _entity("Action", action), "resource": tenant, "context": {}}
        answer = is_authorized(request, policies, entities, schema)
        return bool(answer.allowed) and not answer.diagnostics.errors

    @cached_property
    def _parsed(self) -> "tuple[PolicySet, Schema]":
        from cedarpy import PolicySet, Schema

        return PolicySet.from_str(self.text), Schema.from_str(self.schema_text)


class ActionForbidden(Forbidden):
    """The role does not include the action, or the thing belongs to another tenant; the answer is the same."""


def _entity(kind: str, name: str) -> dict[str, Any]:
    return {"type": f"Makoto::{kind}", "id": name}


@lru_cache(maxsize=1)
def _policies() -> Policies:
    return Policies(runtime_settings().policies_folder)


def authorize(principal: Principal, action: str, tenant_id: str) -> None:
    """Raise Forbidden unless this process's policies permit `action` on the tenant."""
    _policies().authorize(principal, action, tenant_id)


def known_actions() -> frozenset[str]:
    """Every action of the schema; a route may name no other."""
    return frozenset(_policies().actions)
