"""A provider's list of models."""

from collections.abc import Mapping
from typing import NamedTuple

from makoto.adapters.question import ask


class Offer(NamedTuple):
    """The models that the key opens, and what is left of its allowance, as the provider words it."""

    models: frozenset[str]
    allowance: Mapping[str, str]


def offered(url: str, headers: Mapping[str, str]) -> Offer:
    """Ask for the list, which all three providers give in the same shape."""
    body, told = ask(url, headers, "the provider of the language model")
    listed = body.get("data", []) if isinstance(body, dict) else []
    models = frozenset(str(each["id"]) for each in listed if isinstance(each, dict) and "id" in each)
    return Offer(models, {name: value for name, value in told.items() if "ratelimit" in name})
