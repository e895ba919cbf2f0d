"""OpenAI."""

from makoto.adapters.llms.wire import Offer, ask, ids_of
from makoto.domain.llm import LlmContract

ENDPOINT = "https://api.openai.com"


def offer(contract: LlmContract, key: str) -> Offer:
    """List the models that the key opens (platform.openai.com/docs/api-reference/models/list, 2026-11)."""
    body, allowance = ask(
        f"{(contract.endpoint or ENDPOINT).rstrip('/')}/v1/models", {"Authorization": f"Bearer {key}"}
    )
    return Offer(ids_of(body), allowance)
