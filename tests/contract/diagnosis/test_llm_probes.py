"""A tenant's key to its language model, at each provider's own address."""

from collections.abc import Iterator

import pytest

from makoto.adapters.clouds import Network
from makoto.adapters.clouds.memory import FixedClock
from makoto.adapters.clouds.memory.secrets import MemorySecrets
from makoto.adapters.llms.diagnosis import llm_probes
from makoto.domain.llm import LlmContract
from makoto.errors import Forbidden, Invalid, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.diagnosis import Found, Level
from makoto.ports.secrets import SecretNotFound, Secrets
from tests.contract.diagnosis.wire import Wire, serving

PROVIDERS = {
    "openai": ("/v1/models", ("authorization", "Bearer key-1")),
    "azure_openai": ("/openai/models?api-version=2024-10-21", ("api-key", "key-1")),
    "anthropic": ("/v1/models?limit=1000", ("x-api-key", "key-1")),
}
LAPTOP = Network(allows_private=True, allows_plaintext=True)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with serving() as made:
        yield made


def look(provider: str, wire: Wire, model: str = "model-1", network: Network = LAPTOP, key: str = "key-1") -> Found:
    secrets = Secrets(MemorySecrets(), FixedClock())
    if key:
        secrets.put("llm-key", key)
    contract = LlmContract.model_validate({"provider": provider, "model": model, "endpoint": wire.url})
    (probe,) = llm_probes(contract, secrets, network)
    return probe.look()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_key_that_is_accepted_and_a_model_that_is_offered_are_well(provider: str, wire: Wire) -> None:
    wire.headers = {"x-ratelimit-remaining-requests": "59"}

    found = look(provider, wire)

    path, (header, value) = PROVIDERS[provider]
    assert (found.status, found.detail) == (Level.OK, "model-1 of 2 models; x-ratelimit-remaining-requests 59")
    assert wire.asked[0][0] == path
    assert wire.asked[0][1][header] == value


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_model_that_is_not_offered_is_named(provider: str, wire: Wire) -> None:
    found = look(provider, wire, "model-9")

    assert found.status is Level.FAILED
    assert "model-9" in found.detail
    assert found.fix.en


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("status", "error"),
    [(401, CredentialsRefused), (403, Forbidden), (429, Throttled), (500, Unavailable), (302, Unavailable)],
)
def test_what_the_provider_refuses_is_told_apart(
    provider: str, status: int, error: type[Exception], wire: Wire
) -> None:
    wire.status, wire.headers = status, {"Location": "http://127.0.0.1:1/"}

    with pytest.raises(error) as refused:
        look(provider, wire)

    assert "key-1" not in str(refused.value)
    assert len(wire.asked) == 1


def test_an_answer_that_is_no_json_is_the_providers_failure(wire: Wire) -> None:
    wire.body = b"<html>"

    with pytest.raises(Unavailable):
        look("openai", wire)


@pytest.mark.parametrize("body", [b"[]", b'{"data": [1]}', b"{}"])
def test_an_answer_that_is_no_list_of_models_offers_none(body: bytes, wire: Wire) -> None:
    wire.body = body

    assert look("openai", wire).status is Level.FAILED


def test_a_private_address_is_not_asked(wire: Wire) -> None:
    with pytest.raises(Invalid):
        look("openai", wire, network=Network())

    assert wire.asked == []


def test_a_key_that_was_never_put_is_not_found(wire: Wire) -> None:
    with pytest.raises(SecretNotFound):
        look("openai", wire, key="")


def test_a_tenant_without_a_contract_has_nothing_to_look_at() -> None:
    assert llm_probes(None, Secrets(MemorySecrets(), FixedClock()), LAPTOP) == ()
