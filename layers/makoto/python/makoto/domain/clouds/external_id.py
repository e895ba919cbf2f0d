"""The secret word that the operator and a customer agree on before a tenant of the customer exists."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

LEAST_DISTINCT = 8


def _hard_to_guess(external_id: str) -> str:
    if len(set(external_id)) < LEAST_DISTINCT:
        raise ValueError(f"must be random: at least {LEAST_DISTINCT} different characters")
    return external_id


AgreedExternalId = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", min_length=16, max_length=256), AfterValidator(_hard_to_guess)
]
"""The lengths are those of the customer's AWS template, the characters those of `secrets.token_urlsafe`."""
