"""People whom the API does not create: the first platform administrator, and colleagues of every role for tests."""

from dataclasses import dataclass

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

    def ensure(self, person: Membership, password: str) -> None:
        """Make the person a user and a member, whatever of it exists."""
        configuration = Configuration(DynamoConfiguration(self.aws.client("dynamodb"), f"{PREFIX}-configuration"))
        configuration.save_membership(person)
        cognito = self.aws.client("cognito-idp")
        email = [{"Name": "email", "Value": person.username}, {"Name": "email_verified", "Value": "true"}]
        pool, username = self.user_pool_id, person.username
        try:
            cognito.admin_create_user(
                UserPoolId=pool, Username=username, UserAttributes=email, MessageAction="SUPPRESS"
            )
        except cognito.exceptions.UsernameExistsException:
            return
        self.give_first_password(username, password)

    def give_first_password(self, username: str, password: str) -> None:
        """Stand in for the invitation's mail, which a laptop cannot receive; a password once chosen is left alone."""
        cognito = self.aws.client("cognito-idp")
        user = cognito.admin_get_user(UserPoolId=self.user_pool_id, Username=username)
        if user["UserStatus"] == "FORCE_CHANGE_PASSWORD":
            cognito.admin_set_user_password(
                UserPoolId=self.user_pool_id, Username=username, Password=password, Permanent=True
            )
