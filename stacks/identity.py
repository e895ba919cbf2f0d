"""Who signs in: the Cognito pool, its one client and the function that writes the claims."""

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.function import FunctionWorld, PythonFunction, Sizing
from stacks.constructs.grants import allow, use_key
from stacks.constructs.layers import Layers
from stacks.constructs.log_group import removal_policy
from stacks.data import DataStack
from stacks.names import Names
from stacks.settings import DeploymentSettings
from stacks.variables import QueueUrls, function_variables

POOL_FROM_EVENT = "from-the-trigger-event"
"""The claims function belongs to the pool's own configuration and so cannot be told the pool's id."""


class IdentityStack(cdk.Stack):
    """People sign in by user name, which is their e-mail address; nobody registers alone; we alone write the claims."""

    def __init__(
        self, scope: Construct, settings: DeploymentSettings, names: Names, data: DataStack, queues: QueueUrls
    ) -> None:
        environment = cdk.Environment(account=settings.account, region=settings.region)
        super().__init__(
            scope,
            names.stack("Identity"),
            env=environment,
            description="Makoto: people and tokens",
            termination_protection=settings.is_retained,
        )
        claims = self._claims(settings, data, queues)
        self.pool = self._pool(settings, names, claims)
        self.client = self._client(settings, names)
        cdk.CfnOutput(self, "UserPoolId", value=self.pool.user_pool_id)
        cdk.CfnOutput(self, "UserPoolClientId", value=self.client.user_pool_client_id)

    def _claims(self, settings: DeploymentSettings, data: DataStack, queues: QueueUrls) -> PythonFunction:
        variables = function_variables(
            self,
            settings,
            user_pool_id=POOL_FROM_EVENT,
            user_pool_client_id=POOL_FROM_EVENT,
            queues=queues,
        )
        world = FunctionWorld(settings, Layers(self, "Layers", settings), variables)
        sizing = Sizing(memory_mb=1024, timeout_s=5)  # Cognito waits five seconds for a trigger
        claims = PythonFunction(self, "Claims", world, domain="identity", door="claims", sizing=sizing)
        allow(claims.role, "dynamodb:GetItem", on=[data.tables["configuration"].table_arn])
        use_key(claims.role, data.key, "dynamodb", "kms:Decrypt", "kms:DescribeKey")
        return claims

    def _pool(self, settings: DeploymentSettings, names: Names, claims: PythonFunction) -> cognito.UserPool:
        guarded = settings.has_threat_protection
        pool = cognito.UserPool(
            self,
            "Pool",
            user_pool_name=names.prefix,
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            standard_attributes=cognito.StandardAttributes(
                # not required, so that a client may leave it out of what people can write: nobody changes his address
                email=cognito.StandardAttribute(required=False, mutable=True)
            ),
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
                temp_password_validity=cdk.Duration.days(3),
                password_history_size=5 if guarded else None,
            ),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            feature_plan=cognito.FeaturePlan.PLUS if guarded else cognito.FeaturePlan.ESSENTIALS,
            standard_threat_protection_mode=(cognito.StandardThreatProtectionMode.FULL_FUNCTION if guarded else None),
            deletion_protection=settings.is_retained,
            removal_policy=removal_policy(settings),
        )
        pool.add_trigger(
            cognito.UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, claims.function, cognito.LambdaVersion.V2_0
        )
        offered = "TOTP is offered to everybody at /api/v1/auth/totp and asked for at every sign-in once enrolled"
        acknowledge(pool, "COG2", because=offered)
        if not guarded:
            acknowledge(pool, "COG8", because="threat protection is billed per user: stg and prod have it")
        return pool

    def _client(self, settings: DeploymentSettings, names: Names) -> cognito.UserPoolClient:
        profile = cognito.ClientAttributes()
        readable = profile.with_standard_attributes(email=True, email_verified=True, locale=True, fullname=True)
        return self.pool.add_client(
            "Client",
            user_pool_client_name=names.prefix,
            generate_secret=False,
            # only our door signs in: it throttles, logs and tells the caller's address to threat protection
            auth_flows=cognito.AuthFlow(admin_user_password=True),
            disable_o_auth=True,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=cdk.Duration.minutes(settings.access_token_minutes),
            id_token_validity=cdk.Duration.minutes(settings.access_token_minutes),
            refresh_token_validity=cdk.Duration.days(settings.refresh_token_days),
            read_attributes=readable,
            write_attributes=profile.with_standard_attributes(locale=True, fullname=True),
        )
