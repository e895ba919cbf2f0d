"""Anthropic."""

from makoto.adapters.llms.wire import Offer, offered
from makoto.domain.llm import LlmContract

ENDPOINT = "https://api.anthropic.com"
VERSION = "2023-06-01"


def offer(contract: LlmContract, key: str) -> Offer:
    """List the models that the key opens (docs.anthropic.com/en/api/models-list, 2023-06-01)."""
    url = f"{(contract.endpoint or ENDPOINT).rstrip('/')}/v1/models?limit=1000"
    return offered(url, {"x-api-key": key, "anthropic-version": VERSION})
