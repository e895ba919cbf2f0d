"""What a tenant's container has to be: partition key, expiry, and the indexes that the orders of documents need."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from makoto.adapters.clouds.azure.cosmos_client import CONTAINER
from makoto.adapters.clouds.azure.cosmos_items import NEVER

PARTITION_PATH = "/_pk"
LONG_KEYS = 2
"""The version of a partition key that may have 2 KB; version 1 takes 101 bytes."""

ORDERED = ("/_id", "/id")
"""The paths that queries and a walk order by."""


def indexing() -> dict[str, Any]:
    """Return the indexing policy: the orders of queries and of a walk.

    Only what is ordered by is indexed: filters look at a range of one partition's ids, as on every store, and each
    further path costs request units at every write.
    """
    return {
        "indexingMode": "consistent",
        "automatic": True,
        "includedPaths": [{"path": f"{path}/?"} for path in ORDERED],
        "excludedPaths": [{"path": "/*"}],
    }


def faults(found: Mapping[str, Any]) -> Sequence[str]:
    """Name what of a container is not as the documents need it; more indexes than these cost, and break nothing."""
    key, policy = found.get("partitionKey", {}), found.get("indexingPolicy", {})
    wrong = [
        (key.get("paths") != [PARTITION_PATH], f"its partition key must be {PARTITION_PATH}"),
        (key.get("version") != LONG_KEYS, f"its partition key must have version {LONG_KEYS}"),
        (found.get("defaultTtl") is None, "its time to live must be on"),
        (policy.get("indexingMode") != "consistent", "its indexing mode must be consistent"),
        *((not _is_indexed(path, policy), f"its index must include {path}/?") for path in ORDERED),
    ]
    return [rule for is_broken, rule in wrong if is_broken]


def command(database: str) -> str:
    """Say how the tenant's administrator makes the container."""
    return (
        f"az cosmosdb sql container create -g <group> -a <account> -d {database} -n {CONTAINER} -p {PARTITION_PATH} "
        f"--partition-key-version {LONG_KEYS} --ttl {NEVER} --idx '{json.dumps(indexing())}'"
    )


def _is_indexed(path: str, policy: Mapping[str, Any]) -> bool:
    """Tell whether a value is indexed: the most precise of the paths that name it decides."""
    included, excluded = (
        {each["path"] for each in policy.get(f"{kind}Paths", [])} for kind in ("included", "excluded")
    )
    deciding = next((each for each in (f"{path}/?", f"{path}/*", "/*") if each in included | excluded), None)
    return deciding in included
