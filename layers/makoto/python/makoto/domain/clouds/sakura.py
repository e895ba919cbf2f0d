"""A tenant's account of Sakura Internet: its object storage, a database appliance and a Vault on one of its servers."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from makoto.domain.clouds.stores import BucketName, PostgresDatabase, VaultMount
from makoto.domain.value import Value


class SakuraBucket(Value):
    """A bucket of Sakura's object storage; its site fixes the endpoint. Keys: `access_key_id`, `secret_access_key`."""

    product: Literal["sakura_object_storage"] = "sakura_object_storage"
    site: Annotated[str, StringConstraints(pattern=r"^[a-z]{3}[0-9]{2}$")] = "isk01"
    bucket: BucketName


class SakuraAccount(Value):
    """The stores; `region` is that of the object storage's site (`isk01` is in `jp-north-1`)."""

    provider: Literal["sakura"] = "sakura"
    region: Literal["jp-north-1", "jp-east-1"] = "jp-north-1"
    documents: PostgresDatabase
    objects: SakuraBucket
    secrets: VaultMount
