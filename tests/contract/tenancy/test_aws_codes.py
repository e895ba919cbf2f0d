"""What AWS answers and the emulator never does, played at the wire: each code in its meaning."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from makoto.adapters.clouds import Connections, StoreKey
from makoto.adapters.clouds.aws.secrets import SecretsManagerSecrets
from makoto.adapters.clouds.aws.tenant_bucket import TenantBucket
from makoto.adapters.clouds.aws.tenant_resources import named_store
from makoto.adapters.clouds.aws.tenant_table import TenantTable
from makoto.adapters.clouds.memory import CountingIds
from makoto.errors import Unavailable
from makoto.ports.provisioning import StoreNotReady, StoreRefused
from makoto.ports.secrets import SecretNotFound
from tests.builders import TENANT, tenant_record

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

LINGERS = "You can't create this secret because a secret with this name is already scheduled for deletion."
MARKED = "You can't perform this operation on the secret because it was marked for deletion."
ARN = "arn:aws:dynamodb:ap-northeast-1:000000000000:table/makoto"


def _client(service: str) -> Any:
    import boto3

    return boto3.client(  # type: ignore[call-overload]  # the service's name is free
        service, region_name="ap-northeast-1", aws_access_key_id="test", aws_secret_access_key="test"
    )


@pytest.fixture
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.waiter.time", SimpleNamespace(sleep=lambda seconds: None))


def _refusal(code: str, operation: str) -> ClientError:
    metadata: Any = {"HTTPStatusCode": 400}
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": metadata}, operation)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("UpdateContinuousBackups", "ContinuousBackupsUnavailableException"),
        ("CreateTable", "LimitExceededException"),
        ("UpdateTimeToLive", "ResourceInUseException"),
        ("PutBucketVersioning", "OperationAborted"),
        ("DeleteBucket", "BucketNotEmpty"),
    ],
)
def test_what_passes_by_itself_is_not_called_a_refusal(operation: str, code: str) -> None:
    with pytest.raises(StoreNotReady, match=rf"{operation} has to wait .{code}"), named_store("store"):
        raise _refusal(code, operation)


def test_an_unknown_code_is_a_refusal_that_names_it() -> None:
    with pytest.raises(StoreRefused, match=r"CreateBucket was refused .TooManyBuckets"), named_store("objects"):
        raise _refusal("TooManyBuckets", "CreateBucket")


def _backups(status: str, recovery: str = "DISABLED") -> dict[str, Any]:
    described = {
        "ContinuousBackupsStatus": status,
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": recovery},
    }
    return {"ContinuousBackupsDescription": described}


def _until_backups(wire: Stubber) -> None:
    """Answer as for a table that is there, up to the point where its backups matter."""
    table = {"Table": {"TableName": "makoto", "TableArn": ARN, "TableStatus": "ACTIVE"}}
    for _ in range(3):
        wire.add_response("describe_table", table)
    wire.add_response("list_tags_of_resource", {"Tags": [{"Key": "makoto-tenant", "Value": TENANT}]})


@pytest.mark.usefixtures("_no_waiting")
def test_a_new_tables_recovery_waits_for_its_backups_and_is_seen_to_be_on() -> None:
    client = _client("dynamodb")
    with Stubber(client) as wire:
        _until_backups(wire)
        wire.add_client_error("describe_continuous_backups", "ContinuousBackupsUnavailableException")
        wire.add_response("describe_continuous_backups", _backups("DISABLED"))
        wire.add_response("describe_continuous_backups", _backups("ENABLED"))
        wire.add_response("update_continuous_backups", _backups("ENABLED"))
        wire.add_response("describe_continuous_backups", _backups("ENABLED"))
        wire.add_response("describe_continuous_backups", _backups("ENABLED", "ENABLED"))
        wire.add_response("describe_time_to_live", {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED"}})

        TenantTable(client, tenant_record()).make()

        wire.assert_no_pending_responses()


@pytest.mark.usefixtures("_no_waiting")
def test_backups_that_do_not_come_are_not_ready() -> None:
    client = _client("dynamodb")
    with Stubber(client) as wire:
        _until_backups(wire)
        for _ in range(15):
            wire.add_response("describe_continuous_backups", _backups("DISABLED"))

        with pytest.raises(StoreNotReady):
            TenantTable(client, tenant_record()).make()


def test_a_bucket_with_more_old_versions_than_one_run_removes_is_gone_after_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("makoto.adapters.clouds.aws.tenant_bucket.PAGES_PURGED_A_RUN", 1)
    client = _client("s3")
    bucket = TenantBucket(client, tenant_record())

    with Stubber(client) as wire:
        _until_versions(wire, is_truncated=True)
        assert not bucket.remove()
        wire.assert_no_pending_responses()

        _until_versions(wire, is_truncated=False)
        wire.add_response("delete_bucket", {})
        assert bucket.remove()
        wire.assert_no_pending_responses()


def _until_versions(wire: Stubber, *, is_truncated: bool) -> None:
    """Answer as for an empty bucket with one page of old versions, and with or without another."""
    wire.add_response("head_bucket", {})
    wire.add_response("get_bucket_tagging", {"TagSet": [{"Key": "makoto-tenant", "Value": TENANT}]})
    wire.add_response("list_objects_v2", {"KeyCount": 0})
    page: dict[str, Any] = {"Versions": [{"Key": "a", "VersionId": "1"}], "IsTruncated": is_truncated}
    if is_truncated:
        page |= {"NextKeyMarker": "a", "NextVersionIdMarker": "1"}
    wire.add_response("list_object_versions", page)
    wire.add_response("delete_objects", {})


@pytest.fixture
def secrets() -> Iterator[tuple[SecretsManagerSecrets, Stubber]]:
    """A folder of secrets, and the wire to its store."""
    client: SecretsManagerClient = _client("secretsmanager")
    with Stubber(client) as wire:
        connection = Connections().connection(StoreKey(TENANT, "secrets"), lambda: client)
        yield SecretsManagerSecrets(connection, f"/makoto/{TENANT}/", CountingIds()), wire


Folder = tuple[SecretsManagerSecrets, Stubber]


def test_a_secret_that_is_still_going_is_not_there(secrets: Folder) -> None:
    folder, wire = secrets
    wire.add_client_error("get_secret_value", "InvalidRequestException", MARKED)

    with pytest.raises(SecretNotFound):
        folder.read("cursor-key")


def test_a_secret_that_is_still_going_is_gone_for_who_deletes_it(secrets: Folder) -> None:
    folder, wire = secrets
    wire.add_client_error("delete_secret", "InvalidRequestException", MARKED)

    folder.delete("cursor-key")


def test_a_secret_that_is_still_going_can_be_made_again_a_little_later(secrets: Folder) -> None:
    folder, wire = secrets
    wire.add_client_error("create_secret", "InvalidRequestException", LINGERS)
    wire.add_client_error("put_secret_value", "InvalidRequestException", MARKED)

    with pytest.raises(Unavailable, match="still being removed"):
        folder.create("cursor-key", "value")
    with pytest.raises(Unavailable, match="still being removed"):
        folder.update("cursor-key", "value")


def test_another_invalid_request_is_a_mistake_of_ours_and_passes_as_it_is(secrets: Folder) -> None:
    folder, wire = secrets
    wire.add_client_error("create_secret", "InvalidRequestException", "You must provide SecretString or SecretBinary")

    with pytest.raises(Exception, match="SecretString") as raised:
        folder.create("cursor-key", "value")
    assert type(raised.value).__name__ == "InvalidRequestException"
