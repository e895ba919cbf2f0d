"""HTTP routes of signing in and out, and of the second factor."""

from functools import lru_cache
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import SecretStr

from functions.identity import service
from functions.identity.caller import access_token, caller
from functions.identity.model import ConfirmTotp, Login, Logout, Me, Refresh, RemoveTotp, TotpOffer
from makoto.domain.sign_in import Challenge, ChallengeAnswer, Tokens
from makoto.runtime.composition import Platform, platform
from makoto.runtime.http import HttpApi, permit, public

api = HttpApi("identity")


@lru_cache(maxsize=1)
def _ports_of(made: Platform) -> service.SignInPorts:
    return service.SignInPorts(made.adapter("identity"), made.configuration, made.sessions, made.clock)


def _ports() -> service.SignInPorts:
    return _ports_of(platform())


def _token() -> SecretStr:
    """The caller's own access token: what is done with it is done as the caller, with no grant of ours."""
    return access_token(api.current_event.raw_event)


@api.post("/api/v1/auth/login", middlewares=[public()])
def login(body: Annotated[Login, Body()]) -> Tokens | Challenge:
    return service.login(body, caller(api.current_event.raw_event), _ports())


@api.post("/api/v1/auth/challenge", middlewares=[public()])
def answer_challenge(body: Annotated[ChallengeAnswer, Body()]) -> Tokens | Challenge:
    return service.answer_challenge(body, caller(api.current_event.raw_event), _ports())


@api.post("/api/v1/auth/refresh", middlewares=[public()])
def refresh(body: Annotated[Refresh, Body()]) -> Tokens:
    return service.refresh(body, _ports())


@api.post(
    "/api/v1/auth/logout",
    middlewares=[permit("identity:logout")],
    responses={HTTPStatus.NO_CONTENT: {"description": "The session has ended"}},
)
def logout(body: Annotated[Logout | None, Body()] = None) -> Response[Any]:
    service.logout(body or Logout(), api.principal(), _ports())
    return Response(status_code=HTTPStatus.NO_CONTENT)


@api.get("/api/v1/auth/me", middlewares=[permit("identity:read-self")])
def me() -> Me:
    return service.me(api.principal(), _token(), _ports())


@api.post("/api/v1/auth/totp", middlewares=[permit("identity:enrol-totp")])
def offer_totp() -> TotpOffer:
    return service.offer_totp(api.principal(), _token(), _ports())


@api.put(
    "/api/v1/auth/totp",
    middlewares=[permit("identity:enrol-totp")],
    responses={HTTPStatus.NO_CONTENT: {"description": "The sign-in asks for one-time codes from now on"}},
)
def confirm_totp(body: Annotated[ConfirmTotp, Body()]) -> Response[Any]:
    service.confirm_totp(body, _token(), _ports())
    return Response(status_code=HTTPStatus.NO_CONTENT)


@api.delete(
    "/api/v1/auth/totp",
    middlewares=[permit("identity:remove-totp")],
    responses={HTTPStatus.NO_CONTENT: {"description": "The sign-in asks for the password alone"}},
)
def remove_totp(body: Annotated[RemoveTotp, Body()]) -> Response[Any]:
    service.remove_totp(body, _token(), _ports())
    return Response(status_code=HTTPStatus.NO_CONTENT)


handler = api.handler
