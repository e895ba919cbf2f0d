"""Looks at a tenant's language model: is its key accepted, is the model offered, what is left of the allowance."""

from importlib import import_module

from makoto.adapters.clouds import Network
from makoto.adapters.stores.endpoints import checked
from makoto.domain.llm import LlmContract
from makoto.ports.diagnosis import Fix, Found, Level, Probe
from makoto.ports.secrets import Secrets

OTHER_MODEL = Fix(
    en="Name a model that the provider offers to this key, or ask the provider to enable it.",
    ja="このキーで利用できるモデルを指定するか、提供元でモデルを有効にしてください。",
)


def llm_probes(contract: LlmContract | None, secrets: Secrets, network: Network) -> tuple[Probe, ...]:
    """The look at the contract that the tenant has, if any."""
    if contract is None:
        return ()
    return (Probe("key and model", "llm", lambda: _look(contract, secrets, network)),)


def _look(contract: LlmContract, secrets: Secrets, network: Network) -> Found:
    if contract.endpoint is not None:
        checked(contract.endpoint, network, "/llm/endpoint")
    provider = import_module(f"makoto.adapters.llms.{contract.provider}")
    offer = provider.offer(contract, secrets.read_through(contract.key_name).reveal())
    allowance = "; ".join(f"{name} {value}" for name, value in sorted(offer.allowance.items()))
    told = "; ".join(filter(None, (f"{contract.model} of {len(offer.models)} models", allowance)))
    if contract.model in offer.models:
        return Found(Level.OK, told)
    return Found(Level.FAILED, f"{contract.model} is not among the {len(offer.models)} models offered", OTHER_MODEL)
