"""People whom the API does not create: the first platform administrator, and colleagues of every role for tests."""

import secrets
from contextlib import suppress
from dataclasses import dataclass

from local.api_client import ApiClient
from local.aws import Aws
from local.settings import PREFIX
from makoto.adapters.clouds.aws.configuration import DynamoConfiguration
from makoto.domain.membership import Membership
from makoto.ports.configuration import Configuration


@dataclass(frozen=True)
class People:
    """The user pool and the memberships, as the operator who deployed the platform reaches them."""

    aws: Aws
    user_pool_id: str
    url: str

    def ensure(self, person: Membership, password: str) -> None:
        """Make the person a user and a member, whatever of it exists."""
        configuration = Configuration(DynamoConfiguration(self.aws.client("dynamodb"), f"{PREFIX}-configuration"))
        configuration.save_membership(person)
        cognito = self.aws.client("cognito-idp")
        email = [{"Name": "email", "Value": person.username}, {"Name": "email_verified", "Value": "true"}]
        pool, username = self.user_pool_id, person.username
        with suppress(cognito.exceptions.UsernameExistsException):
            cognito.admin_create_user(
                UserPoolId=pool, Username=username, UserAttributes=email, MessageAction="SUPPRESS"
            )
        self.settle_password(username, password)

    def settle_password(self, username: str, password: str) -> None:
        """Read the invitation's mail in the person's stead, and choose the password through the API.

        A laptop receives no mail, so the password of the invitation is set anew; one that was chosen is left alone.
        """
        cognito = self.aws.client("cognito-idp")
        user = cognito.admin_get_user(UserPoolId=self.user_pool_id, Username=username)
        if user["UserStatus"] != "FORCE_CHANGE_PASSWORD":
            return
        first = f"First-{secrets.token_hex(8)}-9"
        cognito.admin_set_user_password(
            UserPoolId=self.user_pool_id, Username=username, Password=first, Permanent=False
        )
        ApiClient.choose_password(self.url, username, first, password)
