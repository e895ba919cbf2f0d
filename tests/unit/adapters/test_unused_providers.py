"""A provider that a process does not use costs it nothing: none of its modules is loaded."""

import json
import subprocess
import sys

import pytest

UNUSED = ("azure", "hvac", "msal", "psycopg", "psycopg_binary", "pymongo", "requests")
OTHERS = tuple(
    f"makoto.adapters.{each}" for each in ("clouds.azure", "stores.mongo", "stores.postgres", "stores.vault")
)

OPEN = """
import json, sys
from makoto.adapters.clouds import CloudDependencies, open_cloud
from makoto.adapters.system import SystemClock, SystemIds
from makoto.domain import AwsAccount, TenantRecord, TenantStatus

role = "arn:aws:iam::000000000000:role/makoto-tenant-data"
cloud = AwsAccount(account_id="000000000000", region="ap-northeast-1", role_arn=role)
record = TenantRecord(tenant_id="t0123456789ab", name="x", organization="x", status=TenantStatus.ACTIVE, cloud=cloud)
stores = open_cloud(sys.argv[1], record, CloudDependencies(SystemClock(), SystemIds()))
print(json.dumps([type(stores.documents.driver).__name__, *sys.modules]))
"""


@pytest.mark.parametrize(("provider", "driver"), [("aws", "DynamoDocuments"), ("memory", "MemoryDocuments")])
def test_a_process_that_opens_a_tenant_loads_no_other_providers_library(provider: str, driver: str) -> None:
    environment = {"PYTHONPATH": ":".join(sys.path), "AWS_DEFAULT_REGION": "ap-northeast-1"}
    command = [sys.executable, "-c", OPEN, provider]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)

    opened, *loaded = json.loads(ended.stdout)

    assert opened == driver
    assert {name.partition(".")[0] for name in loaded}.isdisjoint(UNUSED)
    assert ("boto3" in loaded or "botocore.session" in loaded) is (provider == "aws")
    assert not [name for name in loaded if name.startswith(OTHERS)]
