"""What API Gateway itself answers, in the same shape as our functions: RFC 9457 problem documents."""

import json
from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway


@dataclass(frozen=True)
class GatewayProblem:
    """One kind of answer that never reached a function."""

    kind: apigateway.ResponseType
    status: int
    name: str
    title: str
    detail: str


_TYPE = apigateway.ResponseType
_SIGN_IN = "the request carries no valid access token"
_REFUSED = "the token does not allow this"
_FAULT = "the request failed on our side; it may be sent again"

PROBLEMS = (
    GatewayProblem(_TYPE.UNAUTHORIZED, 401, "unauthenticated", "Unauthorized", _SIGN_IN),
    GatewayProblem(_TYPE.EXPIRED_TOKEN, 401, "unauthenticated", "Unauthorized", _SIGN_IN),
    GatewayProblem(_TYPE.ACCESS_DENIED, 403, "forbidden", "Forbidden", _REFUSED),
    GatewayProblem(_TYPE.INVALID_API_KEY, 403, "forbidden", "Forbidden", "the API key is not valid here"),
    GatewayProblem(_TYPE.WAF_FILTERED, 403, "forbidden", "Forbidden", "the request was refused"),
    # API Gateway says "missing authentication token" where there is no such route
    GatewayProblem(_TYPE.MISSING_AUTHENTICATION_TOKEN, 404, "not-found", "Not Found", "no route answers this path"),
    GatewayProblem(_TYPE.RESOURCE_NOT_FOUND, 404, "not-found", "Not Found", "no route answers this path"),
    GatewayProblem(
        _TYPE.REQUEST_TOO_LARGE, 413, "too-large", "Request Entity Too Large", "the body is larger than 10 MB"
    ),
    GatewayProblem(_TYPE.BAD_REQUEST_BODY, 422, "invalid", "Unprocessable Entity", "the body breaks the schema"),
    GatewayProblem(_TYPE.BAD_REQUEST_PARAMETERS, 422, "invalid", "Unprocessable Entity", "a parameter is missing"),
    GatewayProblem(_TYPE.THROTTLED, 429, "throttled", "Too Many Requests", "too many requests; wait a second"),
    GatewayProblem(_TYPE.QUOTA_EXCEEDED, 429, "throttled", "Too Many Requests", "the day's quota is used up"),
    GatewayProblem(_TYPE.INTEGRATION_TIMEOUT, 504, "unavailable", "Gateway Timeout", _FAULT),
    GatewayProblem(_TYPE.DEFAULT_5_XX, 500, "internal", "Internal Server Error", _FAULT),
)


def add_problems(api: apigateway.RestApi) -> None:
    """Replace the gateway's own wording for every kind of answer a client can meet."""
    for problem in PROBLEMS:
        api.add_gateway_response(
            problem.kind.response_type,
            type=problem.kind,
            status_code=str(problem.status),
            response_headers=_headers(problem.status),
            templates={"application/json": _document(problem)},
        )


def _document(problem: GatewayProblem) -> str:
    return json.dumps(
        {
            "type": f"urn:makoto:problem:{problem.name}",
            "title": problem.title,
            "status": problem.status,
            "detail": problem.detail,
            "instance": "urn:makoto:request:$context.requestId",
        }
    )


def _headers(status: int) -> dict[str, str]:
    headers = {"Content-Type": "'application/problem+json'", "Cache-Control": "'no-store'"}
    if status == 401:
        headers["WWW-Authenticate"] = "'Bearer'"
    if status == 429:
        headers["Retry-After"] = "'1'"
    return headers
