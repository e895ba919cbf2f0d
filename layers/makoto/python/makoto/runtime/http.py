"""The HTTP door: Powertools' REST resolver, configured once for every domain."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

import orjson
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, ServiceError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
    ResponseValidationError,
)
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from makoto.domain import PLATFORM_TENANT_ID, Principal
from makoto.errors import FieldError, Forbidden, Invalid, MakotoError, NotFound
from makoto.ports.context import TenantContext
from makoto.runtime.authorization import authorize
from makoto.runtime.composition import platform
from makoto.runtime.principal import principal_from
from makoto.runtime.problem import (
    PROBLEM_JSON,
    internal_problem,
    invalid_from,
    problem_document,
    problem_headers,
    to_json,
)
from makoto.runtime.telemetry import logger, metrics, serving

_CORRELATION_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class NoSuchRoute(NotFound):
    """No route answers this method and path."""


class UnsupportedContentType(Invalid):
    """The body's media type is not one this route reads."""

    status = 415


class Permit:
    """Route middleware: the caller's role must permit `action` on the tenant of the path."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.__name__ = f"permit({action})"

    def __call__(self, app: "HttpApi", next_middleware: Callable[["HttpApi"], Any]) -> Any:
        app.authorize(self.action)
        return next_middleware(app)


class Public:
    """Route middleware that says on purpose: anybody may call this."""

    __name__ = "public"
    action = None

    def __call__(self, app: "HttpApi", next_middleware: Callable[["HttpApi"], Any]) -> Any:
        return next_middleware(app)


def permit(action: str) -> Permit:
    """Name a route's permission; a test fails for a route without one."""
    return Permit(action)


def public() -> Public:
    """Open a route to callers without a token."""
    return Public()


class HttpApi(APIGatewayRestResolver):
    """A domain's routes with validation, problem+json errors, permission checks, meters and logs.

    One event at a time per process: a Powertools resolver keeps the current event on itself.
    """

    def __init__(self, domain: str) -> None:
        super().__init__(
            enable_validation=True,
            response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
            serializer=to_json,
            json_body_deserializer=_json_object,
        )
        self.domain = domain
        self.exception_handler(MakotoError)(self._problem)
        self.exception_handler(RequestValidationError)(self._invalid)
        self.exception_handler(RequestUnsupportedContentType)(self._unsupported)
        self.exception_handler(ResponseValidationError)(self._internal)
        self.exception_handler(NotFoundError)(self._no_route)
        self.exception_handler(ServiceError)(self._internal)
        self.exception_handler(Exception)(self._internal)

    @property
    def correlation_id(self) -> str:
        """The caller's `X-Correlation-Id` where it is sane, else the request's own id."""
        return _correlation_id(self.current_event.raw_event)

    @property
    def request_id(self) -> str:
        return _request_id(self.current_event.raw_event)

    def principal(self) -> Principal:
        """The caller, proven by the authorizer; read once a request."""
        if "principal" not in self.context:
            proven = self.current_event.raw_event["requestContext"].get("authorizer") or {}
            self.context["principal"] = principal_from(proven)
        return cast(Principal, self.context["principal"])

    def tenant(self) -> TenantContext:
        """The caller's own tenant, its ports bound; the path cannot name another."""
        principal = self.principal()
        return platform().open_tenant(principal.tenant_id, principal, self.correlation_id)

    def any_tenant(self, tenant_id: str) -> TenantContext:
        """The tenant that the path names, for the platform's own people; what they may is the route's permission."""
        principal = self.principal()
        if principal.tenant_id != PLATFORM_TENANT_ID:
            raise Forbidden("the tenant is another one")
        return platform().open_tenant(tenant_id, principal, self.correlation_id)

    def authorize(self, action: str) -> None:
        """Check that the tenant of the path is the caller's own and that the caller's role permits the action."""
        principal = self.principal()
        authorize(principal, action, _tenant_of(self.current_event.path, principal))

    def handler(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Serve one API Gateway event."""
        request_id = _request_id(event)
        bound = {
            "tenant_id": str((event["requestContext"].get("authorizer") or {}).get("tenant_id", "")),
            "correlation_id": _correlation_id(event),
            "request_id": request_id,
        }
        with serving(domain=self.domain, **bound):
            answer = self.resolve(event, context)
            answer.setdefault("multiValueHeaders", {})["X-Request-Id"] = [request_id]
            self._end(event, answer["statusCode"], bound)
        return answer

    def _end(self, event: dict[str, Any], status: int, bound: dict[str, str]) -> None:
        """Meter and log the request in one line: an EMF line carries its fields beside its metrics."""
        metrics.add_dimension("domain", self.domain)
        metrics.add_metric("Requests", MetricUnit.Count, 1)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            metrics.add_metric("Faults", MetricUnit.Count, 1)
        for name, value in bound.items():
            metrics.add_metadata(name, value)
        metrics.add_metadata("request", f"{event['httpMethod']} {event.get('resource')} {status}")
        metrics.flush_metrics()
        metrics.clear_metrics()  # flushing clears them only where metrics are enabled

    def _problem(self, error: MakotoError) -> Response[str]:
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.warning("part unavailable", problem=error.problem, detail=error.detail, exc_info=True)
        document = problem_document(error, request_id=self.request_id)
        return _answer(error.status, document, problem_headers(error))

    def _invalid(self, error: RequestValidationError) -> Response[str]:
        try:
            self._require_permission()
        except Forbidden as refused:  # who may not use the route is not told what is wrong with the body
            return self._problem(refused)
        return self._problem(invalid_from([dict(each) for each in error.errors()], {"body": self._sent_body()}))

    def _sent_body(self) -> Any:
        try:
            return self.current_event.json_body
        except ValueError:
            return None

    def _require_permission(self) -> None:
        for middleware in self.context["_route"].middlewares:
            if isinstance(middleware, Permit):
                self.authorize(middleware.action)

    def _unsupported(self, error: RequestUnsupportedContentType) -> Response[str]:
        field = FieldError("/header/content-type", "unsupported_content_type", "send application/json")
        return self._problem(UnsupportedContentType("the body's media type is not supported", errors=(field,)))

    def _no_route(self, error: NotFoundError) -> Response[str]:
        return self._problem(NoSuchRoute("no route answers this method and path"))

    def _internal(self, error: Exception) -> Response[str]:
        logger.exception("request failed", error_type=type(error).__name__)
        return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, internal_problem(self.request_id), {})


def _json_object(text: str) -> dict[str, Any]:
    """Every body here is one object; Powertools would take the first element of an array for it."""
    value = orjson.loads(text)
    if not isinstance(value, dict):
        raise orjson.JSONDecodeError("a JSON object is expected", str(text), 0)
    return value


def _request_id(event: dict[str, Any]) -> str:
    return str(event["requestContext"].get("requestId", ""))


def _correlation_id(event: dict[str, Any]) -> str:
    headers = event.get("headers") or {}
    given = headers.get("X-Correlation-Id") or headers.get("x-correlation-id") or ""
    return given if _CORRELATION_ID.fullmatch(given) else _request_id(event)


def _tenant_of(path: str, principal: Principal) -> str:
    """The tenant that a path speaks of: administration is the platform's own, a path without one the caller's."""
    match path.strip("/").split("/"):
        case ["api", _, "tenants", tenant_id, *_]:
            return tenant_id
        case ["api", _, "admin", *_]:
            return PLATFORM_TENANT_ID
        case _:
            return principal.tenant_id


def _answer(status: int, document: dict[str, Any], headers: dict[str, str | list[str]]) -> Response[str]:
    return Response(status_code=status, content_type=PROBLEM_JSON, body=to_json(document), headers=headers)
