"""The first platform administrator, invited after a deployment."""

import boto3
from botocore.stub import Stubber

from local.emulator import Emulator
from local.settings import REGION
from tools.after_deploy import invite

NAME = "admin@makoto.example"


def test_an_invitation_may_be_repeated_and_the_address_can_recover_the_password(emulator: Emulator) -> None:
    cognito = boto3.client(
        "cognito-idp",
        endpoint_url=emulator.endpoint,
        region_name=REGION,
        aws_access_key_id="000000000000",
        aws_secret_access_key="test",
    )
    pool = cognito.create_user_pool(PoolName="makoto-test-first")["UserPool"]["Id"]

    for _ in range(2):
        invite(cognito, pool, NAME)

    made = cognito.admin_get_user(UserPoolId=pool, Username=NAME)
    attributes = {each["Name"]: each["Value"] for each in made["UserAttributes"]}
    assert (attributes["email"], attributes["email_verified"]) == (NAME, "true")
    assert len(cognito.list_users(UserPoolId=pool)["Users"]) == 1


def test_the_first_password_comes_by_mail() -> None:
    cognito = boto3.client(
        "cognito-idp", region_name=REGION, aws_access_key_id="000000000000", aws_secret_access_key="test"
    )
    asked = {
        "UserPoolId": "ap-northeast-1_pool",
        "Username": NAME,
        "UserAttributes": [{"Name": "email", "Value": NAME}, {"Name": "email_verified", "Value": "true"}],
        "DesiredDeliveryMediums": ["EMAIL"],
    }
    with Stubber(cognito) as wire:
        wire.add_response("admin_create_user", {}, asked)
        invite(cognito, "ap-northeast-1_pool", NAME)
        wire.assert_no_pending_responses()
