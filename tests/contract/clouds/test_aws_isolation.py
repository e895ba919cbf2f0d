"""A tenant's credentials open that tenant's stores and nothing else, whatever the role itself may do."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from makoto.adapters.clouds import Connections, StoreKey
from makoto.adapters.clouds.aws.credentials import TenantCredentials, TenantRoleRefused
from makoto.adapters.clouds.aws.documents import DynamoDocuments
from makoto.adapters.clouds.aws.names import bucket_name, secret_prefix, table_name
from makoto.adapters.clouds.aws.objects import bucket_of
from makoto.adapters.clouds.aws.secrets import SecretsManagerSecrets
from makoto.adapters.clouds.aws.session import client_of, tenant_session
from makoto.adapters.stores.s3 import S3Objects, open_bucket
from makoto.adapters.system import SystemClock, SystemIds
from makoto.domain import TenantRecord
from makoto.errors import Forbidden, Unavailable
from makoto.ports.connection import Connection
from makoto.ports.documents import Key
from tests.contract.clouds.worlds import EXTERNAL_ID, OWN_ACCOUNT, PLATFORM_ACCOUNT, REGION, AwsWorld, new_tenant

CONTENT: dict[str, Any] = {"_pk": {"S": "p"}, "_id": {"S": "1"}, "_v": {"S": "v"}, "d": {"M": {}}}


@pytest.fixture
def victim(aws_world: AwsWorld) -> TenantRecord:
    """Another hosted tenant, with something in every store."""
    record = aws_world.tenant()
    stores = aws_world.open(record)
    stores.documents.put(Key("p", "1"), {"of": "victim"})
    stores.objects.upload("file", b"of victim", content_type="text/plain")
    stores.secrets.put("name", "of victim")
    return record


@pytest.fixture
def attacker(aws_world: AwsWorld) -> Callable[[str], Any]:
    """Clients with the credentials of a hosted tenant, in code that has lost its manners."""
    session = tenant_session(aws_world.tenant(), aws_world.broker)
    return lambda service: client_of(session, service, REGION, aws_world.endpoint_url)


def _attempts(attacker: Callable[[str], Any], victim: TenantRecord) -> dict[str, Callable[[], object]]:
    table, bucket, secret = table_name(victim.tenant_id), bucket_name(victim.tenant_id), secret_prefix(victim.tenant_id)
    key = {"_pk": {"S": "p"}, "_id": {"S": "1"}}
    database, files, secrets = attacker("dynamodb"), attacker("s3"), attacker("secretsmanager")
    return {
        "get": lambda: database.get_item(TableName=table, Key=key),
        "batch get": lambda: database.batch_get_item(RequestItems={table: {"Keys": [key]}}),
        "scan": lambda: database.scan(TableName=table),
        "query": lambda: database.query(
            TableName=table,
            KeyConditionExpression="#p = :p",
            ExpressionAttributeNames={"#p": "_pk"},
            ExpressionAttributeValues={":p": {"S": "p"}},
        ),
        "put": lambda: database.put_item(TableName=table, Item=CONTENT),
        "delete item": lambda: database.delete_item(TableName=table, Key=key),
        "transact": lambda: database.transact_write_items(
            TransactItems=[{"Put": {"TableName": table, "Item": CONTENT}}]
        ),
        "batch write": lambda: database.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": CONTENT}}]}),
        "delete table": lambda: database.delete_table(TableName=table),
        "get object": lambda: files.get_object(Bucket=bucket, Key="file"),
        "list objects": lambda: files.list_objects_v2(Bucket=bucket),
        "list buckets": lambda: files.list_buckets(),
        "put object": lambda: files.put_object(Bucket=bucket, Key="file", Body=b""),
        "delete object": lambda: files.delete_object(Bucket=bucket, Key="file"),
        "open bucket": lambda: files.put_bucket_policy(Bucket=bucket, Policy="{}"),
        "get secret": lambda: secrets.get_secret_value(SecretId=f"{secret}name"),
        "put secret": lambda: secrets.put_secret_value(SecretId=f"{secret}name", SecretString="x"),
        "create secret": lambda: secrets.create_secret(Name=f"{secret}more", SecretString="x"),
        "delete secret": lambda: secrets.delete_secret(SecretId=f"{secret}name"),
        "become admin": lambda: attacker("iam").list_users(),
    }


def test_a_tenants_credentials_reach_no_store_of_another_tenant(
    aws_world: AwsWorld, attacker: Callable[[str], Any], victim: TenantRecord
) -> None:
    answers = {name: _answer(attempt) for name, attempt in _attempts(attacker, victim).items()}

    stores = aws_world.open(victim)
    assert {name: code for name, code in answers.items() if code not in ("AccessDenied", "AccessDeniedException")} == {}
    assert stores.documents.get(Key("p", "1")).data == {"of": "victim"}
    assert stores.objects.download("file") == b"of victim"
    assert stores.secrets.get("name").reveal() == "of victim"


def _answer(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"


def test_the_stores_of_a_tenant_bound_to_anothers_names_are_forbidden(
    aws_world: AwsWorld, victim: TenantRecord
) -> None:
    """As if a bug had mixed two tenants: the names are the victim's, the credentials are not."""
    thief = aws_world.tenant()
    session, connections = tenant_session(thief, aws_world.broker), Connections()

    def connected(store: str, service: str) -> Connection[Any]:
        key = StoreKey(thief.tenant_id, store)
        return connections.connection(key, lambda: client_of(session, service, REGION, aws_world.endpoint_url))

    documents = DynamoDocuments(connected("documents", "dynamodb"), table_name(victim.tenant_id), SystemIds())
    folder = secret_prefix(victim.tenant_id)
    secrets = SecretsManagerSecrets(connected("secrets", "secretsmanager"), folder, SystemIds())
    bucket = bucket_of(bucket_name(victim.tenant_id), REGION, endpoint_url=aws_world.endpoint_url)
    fetch = partial(_credentials, aws_world, thief)
    held = connections.connection(StoreKey(thief.tenant_id, "objects"), lambda: open_bucket(bucket, fetch))
    objects = S3Objects(bucket, held, fetch, SystemClock())

    for act in (
        lambda: documents.read(Key("p", "1")),
        lambda: secrets.read("name"),
        lambda: objects.read("file", None, None),
    ):
        with pytest.raises(Forbidden):
            act()


def _credentials(world: AwsWorld, record: TenantRecord, life_s: float) -> TenantCredentials:
    return world.broker.credentials(record, life_s=life_s)


def test_an_own_account_is_reached_with_its_external_id_only(aws_world: AwsWorld) -> None:
    record = aws_world.made(new_tenant(OWN_ACCOUNT, EXTERNAL_ID))
    aws_world.open(record).documents.put(Key("p", "1"), {"in": "own account"})
    tables = aws_world.root("dynamodb", PLATFORM_ACCOUNT).list_tables()["TableNames"]
    assert table_name(record.tenant_id) not in tables

    for wrong in (None, "makoto-external-2"):
        cloud = record.cloud.model_copy(update={"external_id": wrong})
        with pytest.raises(TenantRoleRefused):
            aws_world.open(record.model_copy(update={"cloud": cloud})).documents.find(Key("p", "1"))


def test_an_ordinary_use_cases_credentials_cannot_read_the_table_whole(aws_world: AwsWorld) -> None:
    record = aws_world.tenant()
    documents = aws_world.open(record).documents
    documents.put(Key("p", "1"), {})
    session = tenant_session(record, aws_world.broker)

    with pytest.raises(ClientError, match="AccessDenied"):
        client_of(session, "dynamodb", REGION, aws_world.endpoint_url).scan(TableName=table_name(record.tenant_id))

    assert [found.key for found in documents.walk().items] == [Key("p", "1")]


def test_where_the_role_is_refused_the_functions_own_credentials_are_not_used(
    aws_world: AwsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = aws_world.tenant()
    cloud = record.cloud.model_copy(update={"role_arn": f"arn:aws:iam::{PLATFORM_ACCOUNT}:role/absent"})
    stores = aws_world.open(record.model_copy(update={"cloud": cloud}))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", PLATFORM_ACCOUNT)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    for act in (
        lambda: stores.documents.find(Key("p", "1")),
        lambda: stores.objects.list(),
        lambda: stores.objects.signed_url("a", expires_in_s=60),
        lambda: stores.secrets.get("name"),
    ):
        with pytest.raises(Unavailable):
            act()
