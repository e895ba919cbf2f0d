"""Azure OpenAI: models are those of the tenant's own resource."""

from makoto.adapters.llms.wire import Offer, offered
from makoto.domain.llm import LlmContract
from makoto.errors import FieldError, Invalid

VERSION = "2024-10-21"


def offer(contract: LlmContract, key: str) -> Offer:
    """List the models of the resource (learn.microsoft.com/rest/api/azureopenai/models/list, 2024-10-21)."""
    if contract.endpoint is None:
        raise Invalid("Azure OpenAI needs an endpoint", errors=[FieldError("/llm/endpoint", "required", "missing")])
    url = f"{contract.endpoint.rstrip('/')}/openai/models?api-version={VERSION}"
    return offered(url, {"api-key": key})
