"""A tenant's own Azure subscription."""

from typing import Annotated, Literal, Self

from pydantic import StringConstraints, model_validator

from makoto.domain.clouds.external_id import AgreedExternalId
from makoto.domain.clouds.stores import Endpoint, StoreName
from makoto.domain.value import Value

Guid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
AzureRegion = Annotated[str, StringConstraints(pattern=r"^[a-z]{4,}[0-9]?$", max_length=40)]  # japaneast
ContainerName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](-?[a-z0-9]){2,62}$")]


class CosmosDatabase(Value):
    """A database of a Cosmos DB account (API for NoSQL); the container `documents` is made in it."""

    product: Literal["cosmos"] = "cosmos"
    endpoint: Endpoint
    database: StoreName
    consistency: Literal["strong", "session"] = "session"


class BlobContainer(Value):
    """A container of a storage account; `endpoint` is the account's blob service."""

    product: Literal["blob"] = "blob"
    endpoint: Endpoint
    account: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{3,24}$")]
    container: ContainerName


class KeyVault(Value):
    """A vault of secrets."""

    product: Literal["key_vault"] = "key_vault"
    endpoint: Endpoint


class AzureAccount(Value):
    """The application of the tenant's directory that trusts the platform, and the stores it may open.

    `federation`: the application trusts tokens that the platform's cloud signs, and no secret exists. Their audience
    ends in `external_id`, agreed for this customer alone, so that nobody else's record opens the application.
    `client_secret`: the fallback; its key `client_secret` is in the platform's key ring.
    """

    provider: Literal["azure"] = "azure"
    region: AzureRegion
    directory_id: Guid
    client_id: Guid
    authentication: Literal["federation", "client_secret"] = "federation"
    external_id: AgreedExternalId | None = None
    authority: Endpoint = "https://login.microsoftonline.com"
    documents: CosmosDatabase
    objects: BlobContainer
    secrets: KeyVault

    @model_validator(mode="after")
    def _federation_has_an_agreed_id(self) -> Self:
        if self.authentication == "federation" and self.external_id is None:
            raise ValueError("external_id must be given where authentication is federation")
        return self
