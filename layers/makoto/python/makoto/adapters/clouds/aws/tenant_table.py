"""The table of a tenant's documents in DynamoDB."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from makoto.adapters.clouds.aws.credentials import TENANT_TAG
from makoto.adapters.clouds.aws.names import table_name
from makoto.adapters.clouds.aws.tenant_resources import WAITS, named_store
from makoto.domain import TenantRecord
from makoto.ports.provisioning import StoreTaken

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class TenantTable:
    """The table: on demand, point-in-time recovery, expiry by `_ttl`, encrypted with DynamoDB's own key.

    Deletion protection is off, since a roll-back must be able to delete it; AWS keeps a backup of a deleted table with
    point-in-time recovery for 35 days.
    """

    def __init__(self, client: "DynamoDBClient", record: TenantRecord) -> None:
        self._client = client
        self._tenant_id = record.tenant_id
        self.name = table_name(record.tenant_id)

    def make(self) -> None:
        """Create what is missing and set every property."""
        with named_store("documents"):
            if self._arn() is None:
                self._create()
            self._client.get_waiter("table_exists").wait(TableName=self.name, WaiterConfig=WAITS)
            if not self._is_ours():
                raise StoreTaken(f"documents: the table {self.name} belongs to somebody else")
            self._recover()
            self._expire()

    def remove(self) -> bool:
        """Delete the table if it is this tenant's; say whether it is gone, which may take AWS a minute."""
        with named_store("documents"):
            if self._arn() is None or not self._is_ours():
                return True
            vendor = self._client.exceptions
            with suppress(vendor.ResourceNotFoundException, vendor.ResourceInUseException):
                self._client.delete_table(TableName=self.name)
            return self._arn() is None

    def _create(self) -> None:
        names = ("_pk", "_id")
        with suppress(self._client.exceptions.ResourceInUseException):
            self._client.create_table(
                TableName=self.name,
                AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
                KeySchema=[
                    {"AttributeName": "_pk", "KeyType": "HASH"},
                    {"AttributeName": "_id", "KeyType": "RANGE"},
                ],
                BillingMode="PAY_PER_REQUEST",
                Tags=[{"Key": TENANT_TAG, "Value": self._tenant_id}],
            )

    def _recover(self) -> None:
        """Switch recovery on when the table's backups have begun, some seconds after it is there, and see it on."""
        wanted: Any = {"PointInTimeRecoveryEnabled": True}
        self._see_enabled("ContinuousBackupsStatus")
        self._client.update_continuous_backups(TableName=self.name, PointInTimeRecoverySpecification=wanted)
        self._see_enabled("PointInTimeRecoveryDescription.PointInTimeRecoveryStatus")

    def _see_enabled(self, status: str) -> None:
        """Wait up to 30 s, as botocore's own waiters do; it has none for backups."""
        from botocore.waiter import WaiterModel, create_waiter_with_client

        path = f"ContinuousBackupsDescription.{status}"
        seen = {"matcher": "path", "argument": path, "expected": "ENABLED", "state": "success"}
        early = {"matcher": "error", "expected": "ContinuousBackupsUnavailableException", "state": "retry"}
        waiter = {"operation": "DescribeContinuousBackups", "delay": 2, "maxAttempts": 15, "acceptors": [seen, early]}
        model = WaiterModel({"version": 2, "waiters": {"Enabled": waiter}})
        create_waiter_with_client("Enabled", model, self._client).wait(TableName=self.name)

    def _expire(self) -> None:
        now = self._client.describe_time_to_live(TableName=self.name)["TimeToLiveDescription"]
        if now.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
            wanted: Any = {"Enabled": True, "AttributeName": "_ttl"}
            self._client.update_time_to_live(TableName=self.name, TimeToLiveSpecification=wanted)

    def _arn(self) -> str | None:
        try:
            return self._client.describe_table(TableName=self.name)["Table"]["TableArn"]
        except self._client.exceptions.ResourceNotFoundException:
            return None

    def _is_ours(self) -> bool:
        arn = self._arn()
        tags = self._client.list_tags_of_resource(ResourceArn=arn)["Tags"] if arn else []
        return {"Key": TENANT_TAG, "Value": self._tenant_id} in tags
