"""Where MiniStack answers other than AWS does, put right before it starts: empty bodies, a trigger's refusal."""

from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import apigateway_v1, cognito

TRIGGER_FAILED = "PreTokenGeneration error: "


def apply_answer_corrections() -> None:
    """Apply every correction of this file."""
    _allow_answers_without_body()
    _tell_that_a_trigger_refused()


def _allow_answers_without_body() -> None:
    """Take a function's `"body": null` for an empty one, as a 204 has; MiniStack answers 500.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    read = apigateway_v1._lambda_proxy_response

    def read_with_body(result: Any) -> tuple[Any, str | None]:
        answer, error = read(result)
        if isinstance(answer, dict) and answer.get("body", "") is None:
            answer = {**answer, "body": ""}
        return answer, error

    apigateway_v1._lambda_proxy_response = read_with_body


def _tell_that_a_trigger_refused() -> None:
    """Answer UserLambdaValidationException where the pre-token trigger raises; MiniStack answers 500.

    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminInitiateAuth.html
    """
    dispatch = cognito._dispatch_idp

    async def dispatch_telling(action: str, request: dict[str, Any]) -> Any:
        try:
            return await dispatch(action, request)
        except RuntimeError as error:
            if not str(error).startswith(TRIGGER_FAILED):
                raise
            reason = str(error).removeprefix(TRIGGER_FAILED)
            return error_response_json(
                "UserLambdaValidationException", f"PreTokenGeneration failed with error {reason}.", 400
            )

    cognito._dispatch_idp = dispatch_telling
