"""Where MiniStack's Cognito lets people in whom AWS does not, put right before it starts."""

from typing import Any

import orjson
from ministack.core.responses import error_response_json
from ministack.services import cognito

ANSWER = "AdminRespondToAuthChallenge"


def apply_sign_in_corrections() -> None:
    """Let only the session that a sign-in gave, and only its own person, answer a challenge, with a strong password.

    MiniStack looks at neither: whoever named a user and made up a session got tokens.
    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminRespondToAuthChallenge.html
    """
    dispatch = cognito._dispatch_idp
    owners: dict[str, str] = {}

    async def dispatch_proving(action: str, request: dict[str, Any]) -> Any:
        given = str(request.get("Session", ""))
        username = _username(request) or owners.get(given, "")
        if action == ANSWER and owners.get(given) != username:
            return error_response_json("NotAuthorizedException", "Invalid session for the user.", 400)
        if action == ANSWER and (weak := _weak_password(request)):
            return weak
        answer = await dispatch(action, request)
        status, _, body = answer
        if status == 200 and action == ANSWER:
            owners.pop(given)
        if username and status == 200 and (session := orjson.loads(body or b"{}").get("Session")):
            owners[session] = username
        return answer

    cognito._dispatch_idp = dispatch_proving


def _username(request: dict[str, Any]) -> str:
    told = request.get("AuthParameters") or request.get("ChallengeResponses") or {}
    return str(told.get("USERNAME", "")).lower()


def _weak_password(request: dict[str, Any]) -> Any:
    """The error answer to a new password that breaks the pool's policy, None where there is none."""
    new_password = request.get("ChallengeResponses", {}).get("NEW_PASSWORD")
    pool = cognito._user_pools.get(request.get("UserPoolId"))
    return cognito._validate_password(pool, new_password) if pool and new_password is not None else None
