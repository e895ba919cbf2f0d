"""People in a Cognito user pool: what carries a person's own token takes no grant, all else does."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from makoto.adapters.clouds.aws.cognito_errors import on_own_account, tolerating, translated
from makoto.domain.sign_in import Caller, Challenge, ChallengeAnswer, ChallengeName, Tokens
from makoto.ports.identity import (
    ChallengeExpired,
    IdentityUser,
    NewUser,
    RefreshRefused,
    SignInRefused,
    UserTaken,
    WrongTotpCode,
)
from makoto.settings import RuntimeSettings

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import (
        AdminCreateUserRequestTypeDef,
        ContextDataTypeTypeDef,
        HttpHeaderTypeDef,
    )

TOTP = "SOFTWARE_TOKEN_MFA"

_NOT_OUR_TOKEN = (  # RevokeToken's words for a token of another client, an unknown one and no refresh token at all
    "UnauthorizedException",
    "NotAuthorizedException",
    "InvalidParameterException",
    "UnsupportedTokenTypeException",
)


class CognitoIdentity:
    """One user pool through one app client without a secret."""

    def __init__(self, client: "CognitoIdentityProviderClient", pool_id: str, client_id: str) -> None:
        self._client = client
        self._pool_id = pool_id
        self._client_id = client_id

    def sign_in(self, username: str, password: str, caller: Caller) -> Tokens | Challenge:
        """Sign in by an administrator's call: nobody can go past our door, and Cognito judges the caller's address."""
        with translated(SignInRefused):
            answer = self._client.admin_initiate_auth(
                UserPoolId=self._pool_id,
                ClientId=self._client_id,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": username, "PASSWORD": password},
                ContextData=_context(caller),
            )
        return self._outcome(answer)

    def respond_to_challenge(self, answer: ChallengeAnswer, caller: Caller) -> Tokens | Challenge:
        with translated(ChallengeExpired):
            session = self._verified(answer) if answer.challenge is ChallengeName.MFA_SETUP else answer.session
            outcome = self._client.admin_respond_to_auth_challenge(
                UserPoolId=self._pool_id,
                ClientId=self._client_id,
                ChallengeName=answer.challenge.value,
                Session=session,
                ChallengeResponses=_responses(answer),
                ContextData=_context(caller),
            )
        return self._outcome(outcome)

    def _verified(self, answer: ChallengeAnswer) -> str:
        """Prove that the authenticator app holds the secret; the session goes on under a new name."""
        verified = self._client.verify_software_token(Session=answer.session, UserCode=answer.totp_code or "")
        return verified["Session"]

    def _outcome(self, answer: Mapping[str, Any]) -> Tokens | Challenge:
        if answer.get("AuthenticationResult"):
            return _tokens(answer["AuthenticationResult"])
        challenge, session = ChallengeName(answer["ChallengeName"]), answer["Session"]
        if challenge is not ChallengeName.MFA_SETUP:
            return Challenge(challenge=challenge, session=session)
        with translated(ChallengeExpired):
            secret = self._client.associate_software_token(Session=session)
        return Challenge(
            challenge=challenge, session=secret["Session"], parameters={"secret_code": secret["SecretCode"]}
        )

    def refresh(self, refresh_token: str) -> Tokens:
        with translated(RefreshRefused):
            answer = self._client.initiate_auth(
                ClientId=self._client_id,
                AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": refresh_token},
            )
        return _tokens(answer["AuthenticationResult"])

    def revoke(self, refresh_token: str) -> None:
        with tolerating(*_NOT_OUR_TOKEN):
            self._client.revoke_token(Token=refresh_token, ClientId=self._client_id)

    def has_totp(self, access_token: SecretStr) -> bool:
        with on_own_account():
            found = self._client.get_user(AccessToken=access_token.get_secret_value())
        return TOTP in found.get("UserMFASettingList", [])

    def offer_totp(self, access_token: SecretStr) -> SecretStr:
        with on_own_account():
            offered = self._client.associate_software_token(AccessToken=access_token.get_secret_value())
        return SecretStr(offered["SecretCode"])

    def confirm_totp(self, access_token: SecretStr, totp_code: str, device_name: str | None) -> None:
        self._prove_code(access_token, totp_code, device_name)
        self._prefer_totp(access_token, wanted=True)

    def remove_totp(self, access_token: SecretStr, totp_code: str) -> None:
        self._prove_code(access_token, totp_code)
        self._prefer_totp(access_token, wanted=False)

    def _prove_code(self, access_token: SecretStr, totp_code: str, device_name: str | None = None) -> None:
        named: dict[str, str] = {"FriendlyDeviceName": device_name} if device_name else {}
        with on_own_account():
            proof = self._client.verify_software_token(
                AccessToken=access_token.get_secret_value(), UserCode=totp_code, **named
            )
        if proof["Status"] != "SUCCESS":
            raise WrongTotpCode

    def _prefer_totp(self, access_token: SecretStr, *, wanted: bool) -> None:
        """Verifying an app does not switch it on: in a pool with optional MFA this does."""
        with on_own_account():
            self._client.set_user_mfa_preference(
                AccessToken=access_token.get_secret_value(),
                SoftwareTokenMfaSettings={"Enabled": wanted, "PreferredMfa": wanted},
            )

    def sign_out_everywhere(self, username: str) -> None:
        with translated():
            self._client.admin_user_global_sign_out(UserPoolId=self._pool_id, Username=username)

    def ensure_group(self, group: str, description: str) -> None:
        with tolerating("GroupExistsException"):
            self._client.create_group(UserPoolId=self._pool_id, GroupName=group, Description=description)

    def delete_group(self, group: str) -> None:
        with tolerating("ResourceNotFoundException"):
            self._client.delete_group(UserPoolId=self._pool_id, GroupName=group)

    def create_user(self, user: NewUser) -> IdentityUser:
        with tolerating("UsernameExistsException"):
            self._client.admin_create_user(**self._creation(user))
        created = self._user(user.email)
        groups = self._groups_of(created.username)
        if groups - {user.tenant_id}:
            raise UserTaken
        if not groups:  # new, or left behind by an attempt that stopped before this line
            with translated():
                self._client.admin_add_user_to_group(
                    UserPoolId=self._pool_id, Username=created.username, GroupName=user.tenant_id
                )
        return created

    def _creation(self, user: NewUser) -> "AdminCreateUserRequestTypeDef":
        request: AdminCreateUserRequestTypeDef = {
            "UserPoolId": self._pool_id,
            "Username": user.email,
            "UserAttributes": [{"Name": "email", "Value": user.email}, {"Name": "email_verified", "Value": "true"}],
            "DesiredDeliveryMediums": ["EMAIL"],
        }
        if user.temporary_password is not None:
            request["TemporaryPassword"] = user.temporary_password.get_secret_value()
            request["MessageAction"] = "SUPPRESS"
        return request

    def _user(self, username: str) -> IdentityUser:
        with translated():
            found = self._client.admin_get_user(UserPoolId=self._pool_id, Username=username)
        return _identity_user(found["Username"], found.get("UserAttributes", []), found["Enabled"])

    def _groups_of(self, username: str) -> set[str]:
        with translated():
            answer = self._client.admin_list_groups_for_user(UserPoolId=self._pool_id, Username=username)
        return {group["GroupName"] for group in answer["Groups"]}

    def delete_user(self, username: str) -> None:
        with tolerating("UserNotFoundException"):
            self._client.admin_delete_user(UserPoolId=self._pool_id, Username=username)

    def disable_user(self, username: str) -> None:
        with translated():
            self._client.admin_disable_user(UserPoolId=self._pool_id, Username=username)

    def enable_user(self, username: str) -> None:
        with translated():
            self._client.admin_enable_user(UserPoolId=self._pool_id, Username=username)

    def users_of(self, group: str) -> tuple[IdentityUser, ...]:
        users: list[IdentityUser] = []
        pages = self._client.get_paginator("list_users_in_group").paginate(UserPoolId=self._pool_id, GroupName=group)
        with tolerating("ResourceNotFoundException"):
            for user in (user for page in pages for user in page["Users"]):
                users.append(_identity_user(user["Username"], user.get("Attributes", []), user["Enabled"]))
        return tuple(users)


def _context(caller: Caller) -> "ContextDataTypeTypeDef":
    headers: list[HttpHeaderTypeDef] = [{"headerName": name, "headerValue": text} for name, text in caller.headers]
    return {
        "IpAddress": caller.ip_address,
        "ServerName": caller.server_name,
        "ServerPath": caller.server_path,
        "HttpHeaders": headers,
    }


def _responses(answer: ChallengeAnswer) -> dict[str, str]:
    """Name the answer the way each challenge wants it; a code of MFA_SETUP is verified before, apart."""
    username = {"USERNAME": answer.username}
    match answer.challenge:
        case ChallengeName.NEW_PASSWORD_REQUIRED:
            new_password = answer.new_password.get_secret_value() if answer.new_password else ""
            return {**username, "NEW_PASSWORD": new_password}
        case ChallengeName.SOFTWARE_TOKEN_MFA:
            return {**username, "SOFTWARE_TOKEN_MFA_CODE": answer.totp_code or ""}
        case ChallengeName.MFA_SETUP:
            return username


def _tokens(result: Mapping[str, Any]) -> Tokens:
    return Tokens(
        access_token=result["AccessToken"],
        id_token=result["IdToken"],
        refresh_token=result.get("RefreshToken"),
        expires_in_s=result["ExpiresIn"],
    )


def _identity_user(username: str, attributes: Any, enabled: bool) -> IdentityUser:
    named = {attribute["Name"]: attribute["Value"] for attribute in attributes}
    return IdentityUser(username=username, subject=named["sub"], email=named.get("email", username), enabled=enabled)


def connect(settings: RuntimeSettings) -> CognitoIdentity:
    """Use the platform's user pool with the function's own role."""
    from makoto.adapters.clouds.aws.session import platform_client

    client = platform_client("cognito-idp")
    return CognitoIdentity(client, settings.user_pool_id, settings.user_pool_client_id)
