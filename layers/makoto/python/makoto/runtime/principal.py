"""Who calls, as the Lambda authorizer handed it to API Gateway."""

from collections.abc import Mapping

import orjson

from makoto.domain import Principal, Role
from makoto.errors import Unauthenticated


def principal_from(context: Mapping[str, str]) -> Principal:
    """Read the authorizer's context; every value is a string, `features` is a JSON array.

    Raises Unauthenticated where the authorizer did not run: a wiring fault must never pass as anonymous access.
    """
    if not context.get("subject"):
        raise Unauthenticated("the request carries no proven identity")
    return Principal(
        subject=context["subject"],
        username=context["username"],
        tenant_id=context["tenant_id"],
        role=Role(context["role"]),
        features=tuple(orjson.loads(context.get("features") or "[]")),
        session_id=context.get("session_id"),
    )
