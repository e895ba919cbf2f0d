"""Looks into a tenant's part of Azure: endpoints, clocks, and whether its application may manage subscriptions."""

from collections.abc import Iterator
from typing import Any

from makoto.adapters.clouds import CloudDependencies, account_of
from makoto.adapters.clouds.azure.credentials import token_source
from makoto.adapters.clouds.azure.endpoints import is_microsofts
from makoto.adapters.endpoint_probes import Endpoint, endpoint_probes
from makoto.adapters.excess import excess
from makoto.adapters.question import ask
from makoto.domain import AzureAccount, TenantRecord
from makoto.errors import Forbidden
from makoto.ports.diagnosis import Found, Probe

MANAGEMENT = "https://management.azure.com"
ITEMS = "Cosmos DB Built-in Data Contributor on the account"
BLOBS = "Storage Blob Data Contributor on the container"
SECRETS = "Key Vault Secrets Officer on the vault"
GRANTS = {
    **{("documents", act): ITEMS for act in ("write", "read", "query", "atomic", "delete")},
    **{("objects", act): BLOBS for act in ("write", "read", "list", "delete")},
    ("objects", "sign"): "Storage Blob Delegator on the storage account",
    **{("secrets", act): SECRETS for act in ("write", "read", "update", "delete")},
}


def probes(record: TenantRecord, dependencies: CloudDependencies) -> Iterator[Probe]:
    """Endpoints and clocks; in Azure itself, rights beyond those needed."""
    account = account_of(record, AzureAccount)
    endpoints = {
        "documents": account.documents.endpoint,
        "objects": account.objects.endpoint,
        "secrets": account.secrets.endpoint,
    }
    for store, endpoint in endpoints.items():
        yield from endpoint_probes(Endpoint(store, endpoint, dependencies.network), dependencies.clock)
    if is_microsofts(account.authority):
        source = token_source(record, dependencies, f"{MANAGEMENT}/.default")
        yield Probe("excess", "documents", lambda: rights(MANAGEMENT, source.current().token))


def rights(management: str, token: str) -> Found:
    """Ask Resource Manager in which subscriptions the application is an Owner or Contributor: its actions hold `*`.

    Who may see no subscription at all may manage none (learn.microsoft.com/rest/api/authorization/permissions,
    2022-04-01).
    """
    try:
        subscriptions = _listed(f"{management}/subscriptions?api-version=2022-12-01", token)
        return excess(
            [
                f"every action in subscription {each['subscriptionId']}"
                for each in subscriptions
                if _is_manager(f"{management}/subscriptions/{each['subscriptionId']}", token)
            ]
        )
    except Forbidden:
        return excess([])


def _is_manager(scope: str, token: str) -> bool:
    held = _listed(f"{scope}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01", token)
    return any("*" in each.get("actions", ()) for each in held)


def _listed(url: str, token: str) -> list[Any]:
    body, _ = ask(url, {"Authorization": f"Bearer {token}"}, "Azure Resource Manager")
    found: list[Any] = body.get("value", [])
    return found
