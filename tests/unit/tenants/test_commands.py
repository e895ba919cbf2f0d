"""What the operator may send: exactly this, and a precise refusal of anything else."""

import secrets
import zoneinfo
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from functions.tenants import commands
from functions.tenants.commands import OnboardTenant, SuspendTenant
from tests.unit.tenants.world import command

KEY_ARN = "arn:aws:kms:ap-northeast-1:222222222222:key/0b2c1f9e-5d3a-4b7e-9c4d-3f1a2b4c5d6e"
OWN = {
    "mode": "own_account",
    "account_id": "222222222222",
    "region": "ap-northeast-1",
    "role_arn": "arn:aws:iam::222222222222:role/makoto-tenant-access",
    "external_id": "Zb3-kq_9VtR2mXw7",
}


def _given(**changes: Any) -> dict[str, Any]:
    return command().model_dump() | changes


@pytest.mark.parametrize(
    "name", ["東都精機株式会社", "Müller & Söhne", "🏭 工場", "a", "x" * 100, "O'Brien; DROP TABLE"]
)
def test_any_visible_name_is_kept(name: str) -> None:
    assert command(name=name).name == name


def test_names_are_kept_in_one_form() -> None:
    assert command(name="  Cafe\u0301 ").name == "Café"


@pytest.mark.parametrize(
    "name", ["", " ", "\u3000", "x" * 101, "a\0b", "a\nb", "a\tb", "\x7f", "abc\u202edef", "a\u2028b", 7, None, ["x"]]
)
def test_an_invisible_or_over_long_name_is_refused(name: Any) -> None:
    with pytest.raises(ValidationError):
        command(name=name)


@pytest.mark.parametrize(
    "organization", ["", "Toto", "toto_seiki", "-toto", "x" * 64, "東都", "toto\n", "a/b", "a b", "a\0"]
)
def test_an_organization_is_a_short_code(organization: str) -> None:
    with pytest.raises(ValidationError):
        command(organization=organization)


@pytest.mark.parametrize("email", ["hanako@example.com", "h.a+b@sub.example.co.jp", "HANAKO@EXAMPLE.COM"])
def test_an_address_is_kept_in_lower_case(email: str) -> None:
    assert command(administrator={"email": email, "name": "花子"}).administrator.email == email.lower()


@pytest.mark.parametrize(
    "email",
    ["", "hanako", "@example.com", "a@b", "a@b@c.com", "a b@c.com", "a@-c.com", "a..b@c.com", ".a@c.com", "a@c.com\n.x",
     "花子@example.com", "a@c.com\0", "a" * 65 + "@example.com", "a@" + "x" * 130 + ".com", "a@c..com", "a@c.1"],
)  # fmt: skip
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(ValidationError):
        command(administrator={"email": email, "name": "花子"})


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "UTC", "America/Argentina/Buenos_Aires"])
def test_a_time_zone_is_named(zone: str) -> None:
    assert command(time_zone=zone).time_zone == zone


def test_a_zone_is_judged_by_our_own_database_and_not_by_the_machines(tmp_path: Path) -> None:
    folder = tmp_path / "Land"
    folder.mkdir()
    (folder / "Nowhere").write_bytes((files("tzdata") / "zoneinfo" / "UTC").read_bytes())
    zoneinfo.reset_tzpath([str(tmp_path)])
    commands._time_zones.cache_clear()
    try:
        assert command(time_zone="Asia/Tokyo").time_zone == "Asia/Tokyo"
        with pytest.raises(ValidationError):
            command(time_zone="Land/Nowhere")
    finally:
        zoneinfo.reset_tzpath()
        commands._time_zones.cache_clear()


@pytest.mark.parametrize("zone", ["JST-9", "Asia", "../etc/passwd", "/etc/localtime", "Asia/Tokyo\0", "", "+09:00", 9])
def test_what_is_no_time_zone_is_refused(zone: Any) -> None:
    with pytest.raises(ValidationError):
        command(time_zone=zone)


@pytest.mark.parametrize(
    "features", [["chat", "chat"], ["Chat"], [""], ["a" * 33], [1], "chat", [f"f{n}" for n in range(33)]]
)
def test_features_are_distinct_words(features: Any) -> None:
    with pytest.raises(ValidationError):
        command(features=features)


@pytest.mark.parametrize(
    ("cloud", "field"),
    [
        ({}, ()),
        ({"mode": "moon"}, ()),
        ({"mode": "azure"}, ("account",)),
        ({"mode": "custom", "account": {"region": "jp"}}, ("account", "documents")),
        ({"mode": "hosted", "account_id": "222222222222"}, ("account_id",)),
        ({"mode": "own_account"}, ("account_id",)),
        ({**OWN, "account_id": "22222222222"}, ("account_id",)),
        ({**OWN, "account_id": 222222222222}, ("account_id",)),
        ({**OWN, "region": "tokyo"}, ("region",)),
        ({**OWN, "surprise": True}, ("surprise",)),
        ({**OWN, "kms_key_arn": "alias/mine"}, ("kms_key_arn",)),
        ({**OWN, "kms_key_arn": KEY_ARN.replace("222222222222", "333333333333")}, ("kms_key_arn",)),
        ({**OWN, "kms_key_arn": KEY_ARN.replace("ap-northeast-1", "us-east-1")}, ("kms_key_arn",)),
        ({**OWN, "role_arn": "arn:aws:iam::333333333333:role/makoto-tenant-access"}, ("role_arn",)),
        ({**OWN, "role_arn": "arn:aws:iam::222222222222:role/another"}, ("role_arn",)),
        ({**OWN, "role_arn": "arn:aws:iam::222222222222:role/path/makoto-tenant-access"}, ("role_arn",)),
        ({**OWN, "role_arn": "arn:aws:iam::222222222222:user/makoto-tenant-access"}, ("role_arn",)),
        ({**OWN, "external_id": "x"}, ("external_id",)),
        ({**OWN, "external_id": "Zb3-kq_9VtR2mXw"}, ("external_id",)),
        ({**OWN, "external_id": "x" * 257}, ("external_id",)),
        ({**OWN, "external_id": "aaaaaaaaaaaaaaaaaaaaaaaa"}, ("external_id",)),
        ({**OWN, "external_id": "Zb3 kq/9VtR2mXw7+"}, ("external_id",)),
        ({**OWN, "external_id": "合言葉合言葉合言葉合言葉合言葉合言葉"}, ("external_id",)),
    ],
)
def test_a_cloud_is_hosted_or_a_whole_account_and_what_is_wrong_is_named(
    cloud: dict[str, Any], field: tuple[str, ...]
) -> None:
    with pytest.raises(ValidationError) as refused:
        command(cloud=cloud)
    assert any(error["loc"][2:] == field for error in refused.value.errors())


def test_what_the_runbook_makes_is_an_external_id() -> None:
    for _ in range(100):
        assert command(cloud={**OWN, "external_id": secrets.token_urlsafe(32)})


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError):
        OnboardTenant.model_validate(_given(surprise=1))


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "a\0", None, 1])
def test_a_suspension_has_a_reason(reason: Any) -> None:
    with pytest.raises(ValidationError):
        SuspendTenant.model_validate({"reason": reason})
