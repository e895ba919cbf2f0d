"""The client of a tenant's Cosmos DB account, for what is done to the container itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from makoto.adapters.clouds import CloudDependencies, account_of
from makoto.adapters.clouds.azure.cosmos_client import connect_account, regions_of
from makoto.adapters.clouds.azure.credentials import DOCUMENTS, token_source
from makoto.adapters.clouds.azure.endpoints import check_database_regions
from makoto.domain import AzureAccount, TenantRecord

if TYPE_CHECKING:
    from azure.cosmos import CosmosClient

ANSWER_WITHIN_S = 30.0  # making a container takes seconds


@contextmanager
def account_lent(record: TenantRecord, dependencies: CloudDependencies) -> "Iterator[CosmosClient]":
    """Open a client for as long as the block lasts; Invalid where the account lies outside the tenant's regions."""
    source = token_source(record, dependencies, DOCUMENTS)
    source.current()
    described = account_of(record, AzureAccount).documents
    client = connect_account(described, source, dependencies.network, answer_within_s=ANSWER_WITHIN_S)
    with client:
        check_database_regions(regions_of(client), record.regions)
        yield client
