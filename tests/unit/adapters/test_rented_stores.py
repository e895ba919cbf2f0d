"""Opening a tenant that rents its stores asks nothing of them and loads no vendor's library."""

import json
import subprocess
import sys

import pytest

VENDORS = ("azure", "boto3", "botocore", "hvac", "obstore", "psycopg", "pymongo", "requests")
OPEN = """
import json, sys
from makoto.adapters.clouds import CloudDependencies, open_cloud
from makoto.adapters.system import SystemClock, SystemIds
from tests.accounts import CUSTOM, SAKURA
from tests.builders import tenant_record

record = tenant_record(cloud={"custom": CUSTOM, "sakura": SAKURA}[sys.argv[1]])
before = set(sys.modules)
stores = open_cloud(sys.argv[1], record, CloudDependencies(SystemClock(), SystemIds()))
print(json.dumps([stores.objects.driver.limits.creates_once, *(set(sys.modules) - before)]))
"""


@pytest.mark.parametrize(("provider", "creates_once"), [("custom", True), ("sakura", False)])
def test_opening_a_tenant_loads_no_vendors_library(provider: str, creates_once: bool) -> None:
    environment = {"PYTHONPATH": ":".join(sys.path), "POWERTOOLS_TRACE_DISABLED": "1"}
    command = [sys.executable, "-c", OPEN, provider]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)

    declared, *loaded = json.loads(ended.stdout)

    assert declared is creates_once
    assert {name.partition(".")[0] for name in loaded}.isdisjoint(VENDORS)
    assert not [
        name for name in loaded if name.startswith(("makoto.adapters.stores.mongo", "makoto.adapters.clouds.aws"))
    ]
