"""Stores that a tenant runs itself, or rents one by one."""

from typing import Annotated, Literal

from pydantic import Field

from makoto.domain.clouds.stores import Bucket, MongoDatabase, PostgresDatabase, RegionName, VaultMount
from makoto.domain.value import Value


class CustomStores(Value):
    """One store of each kind; `region` is where the tenant says they all stand."""

    provider: Literal["custom"] = "custom"
    region: RegionName
    documents: Annotated[PostgresDatabase | MongoDatabase, Field(discriminator="product")]
    objects: Bucket
    secrets: VaultMount
