"""A tenant's stores in AWS lie in its regions, and its objects under its own key."""

import pytest

from makoto.adapters.clouds.aws.names import bucket_name
from makoto.adapters.clouds.aws.policies import data_policy
from makoto.adapters.clouds.aws.tenant_bucket import TenantBucket
from makoto.adapters.stores.endpoints import OutsideRegions
from makoto.domain import AwsAccount, TenantRecord
from makoto.ports.documents import Key
from tests.contract.clouds.object_bodies import mebibytes
from tests.contract.clouds.worlds import PLATFORM_ACCOUNT, REGION, AwsWorld, new_tenant

ELSEWHERE = "eu-central-1"


def with_account(record: TenantRecord, **changes: str) -> TenantRecord:
    assert isinstance(record.cloud, AwsAccount)
    return record.model_copy(update={"cloud": record.cloud.model_copy(update=changes)})


def test_a_record_whose_cloud_lies_outside_its_regions_is_not_opened(aws_world: AwsWorld) -> None:
    record = new_tenant().model_copy(update={"residency": (ELSEWHERE,)})

    with pytest.raises(OutsideRegions) as refused:
        aws_world.open(record)

    assert refused.value.errors[0].pointer == "/cloud/region"


def test_a_bucket_in_another_region_is_neither_taken_nor_served(aws_world: AwsWorld) -> None:
    record = aws_world.made(new_tenant())
    moved = with_account(record, region=ELSEWHERE)

    with pytest.raises(OutsideRegions, match=REGION):
        TenantBucket(aws_world.root("s3"), moved).make()


def test_a_table_is_looked_for_in_the_records_region_alone(aws_world: AwsWorld) -> None:
    record = aws_world.tenant()
    aws_world.open(record).documents.put(Key("p", "1"), {"n": 1})

    with pytest.raises(Exception, match="not there"):
        aws_world.open(with_account(record, region=ELSEWHERE)).documents.get(Key("p", "1"))


def test_the_objects_of_a_tenant_are_encrypted_with_its_own_key(aws_world: AwsWorld) -> None:
    key_arn = aws_world.root("kms").create_key()["KeyMetadata"]["Arn"]
    record = with_account(new_tenant(), kms_key_arn=key_arn)
    TenantBucket(aws_world.root("s3"), record).make()
    aws_world.root("s3").delete_bucket_policy(Bucket=bucket_name(record.tenant_id))  # the emulator speaks no TLS
    objects = aws_world.open(record).objects

    objects.upload("short", b"x", content_type="text/plain")
    objects.upload("long", mebibytes(9), content_type="text/plain")
    objects.copy("short", "copy")

    s3, name = aws_world.root("s3", PLATFORM_ACCOUNT), bucket_name(record.tenant_id)
    for key in ("short", "long", "copy"):
        assert s3.head_object(Bucket=name, Key=key)["SSEKMSKeyId"] == key_arn
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    assert objects.download("short") == b"x"
    assert objects.driver.limits.holds_tenant_key


def test_the_session_policy_names_the_key_where_there_is_one() -> None:
    key_arn = f"arn:aws:kms:{REGION}:{PLATFORM_ACCOUNT}:key/00000000-0000-0000-0000-000000000001"

    plain, keyed = (data_policy(each) for each in (new_tenant(), with_account(new_tenant(), kms_key_arn=key_arn)))

    assert key_arn not in str(plain)
    assert keyed["Statement"][-1] == {
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": key_arn,
    }
