"""Orders of customers, what is left of them, and what takes minutes of their life."""

from dataclasses import dataclass
from typing import Any

import httpx

from local.cast import TENANTS
from tests.system.company import Company, Json, eventually
from tests.system.laptop import LaptopCloud

ADMIN = "/api/v1/admin/tenants"
ENDED_WITHIN_S = 180
REGION = "ap-northeast-1"
UNREACHABLE: dict[str, Json] = {
    "wrong external id": {"external_id": "not-the-agreed-external-id-1"},
    "account without role": {
        "account_id": "333333333333",
        "role_arn": "arn:aws:iam::333333333333:role/makoto-tenant-access",
    },
}


@dataclass(frozen=True)
class Begun:
    """What takes a minute or two, begun together."""

    unreachable: dict[str, str]
    """The tenants whose accounts cannot be reached, by what is wrong with them."""

    leaving: Company
    """An empty tenant that is being deleted."""

    left_with: dict[str, list[str]]
    """What it had."""


def begin(laptop: LaptopCloud) -> Begun:
    """Begin what takes minutes: a deletion, and onboardings that cannot succeed."""
    leaving = laptop.onboard("leer")
    left_with = traces(laptop, leaving.tenant_id, leaving.administrator)
    deleted = laptop.platform_client().delete(f"{ADMIN}/{leaving.tenant_id}")
    assert deleted.status_code == 202, deleted.text
    return Begun({name: send_unreachable(laptop, name) for name in UNREACHABLE}, leaving, left_with)


def send_unreachable(laptop: LaptopCloud, name: str) -> str:
    """Ask for a tenant in an account that cannot be reached."""
    customer = TENANTS[0]
    role = f"arn:aws:iam::{customer.account}:role/makoto-tenant-access"
    account = {"account_id": customer.account, "region": REGION, "role_arn": role, "external_id": customer.external_id}
    cloud = {"mode": "own_account", **account, **UNREACHABLE[name]}
    accepted = send(laptop, order(name.replace(" ", "-"), cloud=cloud), name.replace(" ", "-"))
    assert accepted.status_code == 202, accepted.text
    return str(accepted.json()["tenant_id"])


def order(organization: str, **changes: Any) -> Json:
    administrator = {"email": f"admin@{organization}.example", "name": "管理者"}
    known = {"name": "株式会社テスト", "organization": organization, "administrator": administrator}
    return {**known, "cloud": {"mode": "hosted"}, **changes}


def send(laptop: LaptopCloud, body: Json, key: str) -> httpx.Response:
    return laptop.platform_client().post(ADMIN, json=body, headers={"Idempotency-Key": key})


def ended(laptop: LaptopCloud, tenant_id: str) -> Json:
    """The tenant when its onboarding is over."""
    return eventually(
        lambda: dict(laptop.platform_client().get(f"{ADMIN}/{tenant_id}").json()),
        lambda tenant: tenant["status"] != "onboarding",
        within_s=ENDED_WITHIN_S,
    )


def traces(laptop: LaptopCloud, tenant_id: str, email: str) -> dict[str, list[str]]:
    """Everything in the platform's account that is named after a tenant or its administrator."""
    aws = laptop.aws
    tables = [
        name for page in aws.client("dynamodb").get_paginator("list_tables").paginate() for name in page["TableNames"]
    ]
    cognito = aws.client("cognito-idp")
    pool = laptop.people.user_pool_id
    configuration = aws.client("dynamodb").scan(TableName="makoto-local-configuration")["Items"]
    found = {
        "tables": tables,
        "buckets": [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]],
        "secrets": [each["Name"] for each in aws.client("secretsmanager").list_secrets(MaxResults=100)["SecretList"]],
        "groups": [each["GroupName"] for each in cognito.list_groups(UserPoolId=pool)["Groups"]],
        "users": [each["Username"] for each in cognito.list_users(UserPoolId=pool)["Users"]],
        "things": [each["thingName"] for each in aws.client("iot").list_things()["things"]],
        "memberships": [item["pk"]["S"] for item in configuration if item["pk"]["S"].startswith("membership#")],
    }
    named = {place: [name for name in names if tenant_id in name or email in name] for place, names in found.items()}
    return {place: names for place, names in named.items() if names}
