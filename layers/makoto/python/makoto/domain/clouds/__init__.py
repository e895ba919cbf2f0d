"""Where a tenant's data lives: one class a cloud, chosen by `provider`. A new cloud adds its module and its line."""

from typing import Annotated, TypeAlias

from pydantic import Field

from makoto.domain.clouds.aws import AwsAccount
from makoto.domain.clouds.azure import AzureAccount, BlobContainer, CosmosDatabase, KeyVault
from makoto.domain.clouds.custom import CustomStores
from makoto.domain.clouds.sakura import SakuraAccount
from makoto.domain.clouds.stores import Bucket, MongoDatabase, PostgresDatabase, VaultMount

CloudAccount: TypeAlias = Annotated[
    AwsAccount | AzureAccount | CustomStores | SakuraAccount, Field(discriminator="provider")
]

__all__ = [
    "AwsAccount",
    "AzureAccount",
    "BlobContainer",
    "Bucket",
    "CloudAccount",
    "CosmosDatabase",
    "CustomStores",
    "KeyVault",
    "MongoDatabase",
    "PostgresDatabase",
    "SakuraAccount",
    "VaultMount",
]
