"""What follows `cdk deploy`: migrate the database by the deployed function, and make the first administrator."""

from typing import Annotated

import boto3
import orjson
import typer
from rich.console import Console

from makoto.adapters.clouds.aws.configuration import DynamoConfiguration
from makoto.domain import PLATFORM_TENANT_ID, Role
from makoto.domain.membership import Membership
from makoto.ports.configuration import Configuration

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
    """Invite a platform administrator: Cognito mails the first password."""
    username = email.lower()
    boto3.client("cognito-idp").admin_create_user(
        UserPoolId=user_pool_id, Username=username, UserAttributes=[{"Name": "email", "Value": username}]
    )
    table = f"makoto-{environment}-configuration"
    membership = Membership(username=username, tenant_id=PLATFORM_TENANT_ID, role=Role.PLATFORM_ADMIN)
    Configuration(DynamoConfiguration(boto3.client("dynamodb"), table)).save_membership(membership)
    console.print(f"{username} is invited")


if __name__ == "__main__":
    app()
