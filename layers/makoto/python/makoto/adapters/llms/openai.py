"""OpenAI."""

from makoto.adapters.llms.wire import Offer, offered
from makoto.domain.llm import LlmContract

ENDPOINT = "https://api.openai.com"


def offer(contract: LlmContract, key: str) -> Offer:
    """List the models that the key opens (platform.openai.com/docs/api-reference/models/list, 2026-11)."""
    return offered(f"{(contract.endpoint or ENDPOINT).rstrip('/')}/v1/models", {"Authorization": f"Bearer {key}"})
