"""One OpenAPI document of every domain's routes, each operation with its permission."""

from importlib import import_module
from pathlib import Path
from typing import Any

from makoto.runtime.http import HttpApi, Permit
from tools.generated import arguments, deliver

ROOT = Path(__file__).parents[1]

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:makoto:problem:not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "rule", "detail"],
                "properties": {name: {"type": "string"} for name in ("pointer", "rule", "detail")},
            },
        },
    },
}
ALWAYS = {
    "422": "The request breaks a rule",
    "429": "Too many requests",
    "500": "Failed on our side",
    "503": "A part does not answer",
}
BEHIND_TOKEN = {"401": "No valid access token", "403": "The caller may not"}


def document() -> dict[str, Any]:
    """Merge the domains; two domains that claim one route are an error."""
    merged: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "Makoto",
            "version": "1.0.0",
            "description": "The platform manufacturers run on. Errors are RFC 9457 problem documents.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The origin that serves the portal"}],
        "paths": {},
        "components": {
            "schemas": {"Problem": PROBLEM},
            "securitySchemes": {"accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }
    for api in apis():
        _merge(merged, api)
    return merged


def apis() -> list[HttpApi]:
    """The HTTP door of every domain that has one."""
    names = sorted(path.parent.name for path in (ROOT / "functions").glob("*/api.py"))
    return [import_module(f"functions.{name}.api").api for name in names]


def permissions(api: HttpApi) -> dict[tuple[str, str], str | None]:
    """The permission of each (path, method); None where the route is public."""
    routes = api._static_routes + api._dynamic_routes  # Powertools has no public listing of its routes
    return {(route.openapi_path, route.method.lower()): _permission(route.middlewares) for route in routes}


def _permission(middlewares: list[Any]) -> str | None:
    return next((each.action for each in middlewares if isinstance(each, Permit)), None)


def _merge(merged: dict[str, Any], api: HttpApi) -> None:
    schema = api.get_openapi_schema(title="Makoto", version="1.0.0").model_dump(
        mode="json", by_alias=True, exclude_none=True
    )
    guarded = permissions(api)
    for path, operations in schema["paths"].items():
        known = merged["paths"].setdefault(path, {})
        for method, operation in operations.items():
            if method in known:
                raise ValueError(f"two domains answer {method.upper()} {path}")
            known[method] = _operation(operation, api.domain, guarded[path, method])
    schemas = schema.get("components", {}).get("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    merged["components"]["schemas"] |= schemas


def _operation(operation: dict[str, Any], domain: str, permission: str | None) -> dict[str, Any]:
    failures = ALWAYS | (BEHIND_TOKEN if permission else {})
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operation["responses"] |= {status: {"description": text, "content": problem} for status, text in failures.items()}
    operation["tags"] = [domain]
    operation["security"] = [{"accessToken": []}] if permission else []
    return operation | ({"x-permission": permission} if permission else {})


if __name__ == "__main__":
    check, path = arguments()
    deliver({path: document()}, check=check)
