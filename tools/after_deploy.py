"""What follows `cdk deploy`: migrate the database by the deployed function, and make the first administrator."""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import boto3
import orjson
import typer
from rich.console import Console

from makoto.adapters.clouds.aws.configuration import DynamoConfiguration
from makoto.domain import PLATFORM_TENANT_ID, Role
from makoto.domain.membership import Membership
from makoto.ports.configuration import Configuration

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

console = Console()
app = typer.Typer(add_completion=False)


@app.command()
def migrate(environment: str) -> None:
    """Run the SQL migrations that this environment has not had yet; running it again changes nothing."""
    answer = boto3.client("lambda").invoke(FunctionName=f"makoto-{environment}-tenants-migrate", Payload=b"{}")
    outcome = orjson.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        console.print(outcome, style="red")
        raise typer.Exit(1)
    console.print(outcome)


@app.command()
def administrator(
    environment: str, email: str, user_pool_id: Annotated[str, typer.Option(envvar="USER_POOL_ID")]
) -> None:
    """Invite a platform administrator: Cognito mails the first password; doing it again completes what failed."""
    username = email.lower()
    invite(boto3.client("cognito-idp"), user_pool_id, username)
    table = f"makoto-{environment}-configuration"
    membership = Membership(username=username, tenant_id=PLATFORM_TENANT_ID, role=Role.PLATFORM_ADMIN)
    Configuration(DynamoConfiguration(boto3.client("dynamodb"), table)).save_membership(membership)
    console.print(f"{username} is invited")


def invite(cognito: "CognitoIdentityProviderClient", user_pool_id: str, username: str) -> None:
    """Make the person unless it is there; only a verified address lets it set a forgotten password anew."""
    attributes = {"email": username, "email_verified": "true"}
    with suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(
            UserPoolId=user_pool_id,
            Username=username,
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
            DesiredDeliveryMediums=["EMAIL"],  # the default is a text message
        )


if __name__ == "__main__":
    app()
