"""Opens 1,000 tenants' stores in one process and prints what that costs: `python -m … <endpoint>`."""

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from makoto.adapters.clouds import CloudDependencies, open_cloud
from makoto.adapters.system import SystemClock, SystemIds
from makoto.ports.documents import Key
from makoto.ports.objects import ObjectNotFound
from tests.builders import tenant_record

TENANTS = 1000


def cost() -> dict[str, int]:
    """The process's resident memory and its open files."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (resident,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return {"rss_mb": int(resident.split()[1]) // 1024, "descriptors": len(os.listdir("/proc/self/fd"))}


def use(number: int, dependencies: CloudDependencies) -> None:
    """Read something from each store of a tenant."""
    stores = open_cloud("aws", tenant_record(f"t{number:012d}"), dependencies)
    stores.documents.find(Key("p", "1"))
    stores.secrets.get("name")
    with suppress(ObjectNotFound):
        stores.objects.download("nothing")


def main(endpoint_url: str) -> None:
    dependencies = CloudDependencies(SystemClock(), SystemIds(), endpoint_url)
    use(0, dependencies)
    one, begun = cost(), time.perf_counter()
    for number in range(1, TENANTS):
        use(number, dependencies)
    all_of_them, first_s = cost(), time.perf_counter() - begun
    begun = time.perf_counter()
    for _ in range(100):
        use(TENANTS - 1, dependencies)
    print(
        json.dumps(
            {
                "one": one,
                "all": all_of_them,
                "clients": len(dependencies.connections),
                "opening_ms": round(first_s * 1000 / TENANTS, 2),
                "kept_ms": round((time.perf_counter() - begun) * 10, 2),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
