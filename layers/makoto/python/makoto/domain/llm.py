"""The contract with a provider of language models that a tenant brings."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from makoto.domain.clouds.stores import Endpoint
from makoto.domain.value import Value


class LlmContract(Value):
    """Whose models, which one, and the name of the tenant's secret that holds the key."""

    provider: Literal["openai", "azure_openai", "anthropic"]
    model: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    endpoint: Endpoint | None = None  # azure_openai's own resource, or a proxy of the tenant's
    key_name: str = "llm-key"
