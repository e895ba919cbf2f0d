"""Aurora PostgreSQL Serverless v2 with a reader in the second zone and one secret for each of its two roles."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.log_group import log_group, removal_policy
from stacks.names import Names
from stacks.network import NetworkStack
from stacks.settings import DeploymentSettings

ENGINE = rds.DatabaseClusterEngine.aurora_postgres(version=rds.AuroraPostgresEngineVersion.VER_16_13)
DATABASE = "makoto"
PARAMETERS = {
    "rds.force_ssl": "1",
    "log_min_duration_statement": "500",
    # a slow statement is logged with its parameters, which name people, unless told otherwise
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
IDLE_SESSION_MS = 240_000
"""A warm function keeps its connection, and Aurora pauses after five minutes without any."""

DATA_TIER = ec2.SubnetSelection(subnet_group_name="data")


class PlatformDatabase(Construct):
    """The cluster, its owner's secret (migrations only) and the application role's secret."""

    def __init__(
        self, scope: Construct, construct_id: str, *, network: NetworkStack, key: kms.IKey, settings: DeploymentSettings
    ) -> None:
        super().__init__(scope, construct_id)
        self.settings, self.key, self.names = settings, key, Names(settings.environment)
        self.owner_secret = self._secret("Owner", "database-owner", "makoto_owner")
        self.app_secret = self._secret("App", "database-app", "makoto_app")
        self.cluster = self._cluster(network)
        self.app_secret.attach(self.cluster)
        self._rotate_owner(network)

    def _secret(self, construct_id: str, purpose: str, username: str) -> rds.DatabaseSecret:
        secret = rds.DatabaseSecret(
            self,
            construct_id,
            username=username,
            dbname=DATABASE,
            secret_name=self.names.secret(purpose),
            encryption_key=self.key,
        )
        secret.apply_removal_policy(removal_policy(self.settings))
        return secret

    def _cluster(self, network: NetworkStack) -> rds.DatabaseCluster:
        settings, name = self.settings, self.names.prefix
        # the service would make this group itself and keep it for ever
        exported = log_group(self, "Logs", f"/aws/rds/cluster/{name}/postgresql", settings)
        cluster = rds.DatabaseCluster(
            self,
            "Cluster",
            cluster_identifier=name,
            engine=ENGINE,
            credentials=rds.Credentials.from_secret(self.owner_secret),
            default_database_name=DATABASE,
            vpc=network.vpc,
            vpc_subnets=DATA_TIER,
            security_groups=[network.database_group],
            writer=self._instance(network, "Writer", zone=0),
            readers=[self._instance(network, "Reader", zone=1)] if settings.has_aurora_reader else [],
            serverless_v2_min_capacity=settings.aurora_min_acu,
            serverless_v2_max_capacity=settings.aurora_max_acu,
            parameters={**PARAMETERS, "idle_session_timeout": str(0 if settings.aurora_min_acu else IDLE_SESSION_MS)},
            storage_encryption_key=self.key,
            backup=rds.BackupProps(retention=cdk.Duration.days(settings.backup_retention_days)),
            copy_tags_to_snapshot=True,
            cloudwatch_logs_exports=["postgresql"],
            deletion_protection=settings.is_retained,
            removal_policy=cdk.RemovalPolicy.SNAPSHOT if settings.is_retained else cdk.RemovalPolicy.DESTROY,
        )
        cluster.node.add_dependency(exported)
        self._acknowledge(cluster)
        return cluster

    def _instance(self, network: NetworkStack, construct_id: str, *, zone: int) -> rds.IClusterInstance:
        return rds.ClusterInstance.serverless_v2(
            construct_id,
            availability_zone=network.vpc.availability_zones[zone],
            scale_with_writer=True if zone else None,
            enable_performance_insights=True,
            performance_insight_encryption_key=self.key,
        )

    def _acknowledge(self, cluster: rds.DatabaseCluster) -> None:
        acknowledge(cluster, "RDS6", because="each role signs in with its own secret; no role takes IAM's tokens")
        acknowledge(cluster, "RDS11", because="access is by security group and TLS; another port hides nothing")
        if not self.settings.is_retained:
            acknowledge(cluster, "RDS10", because="this environment is made to be thrown away")

    def _rotate_owner(self, network: NetworkStack) -> None:
        acknowledge(
            self.app_secret,
            "SMG4",
            because="each deployment's migration sets the role's password from this secret; replace the secret's "
            "value and deploy to rotate it together with the functions that cache it",
        )
        if self.settings.secret_rotation_days is None:
            acknowledge(self.owner_secret, "SMG4", because="this environment is made to be thrown away")
            return
        assert self.cluster.secret is not None  # made with the owner's credentials above
        # the attachment and not the secret itself: the first rotation runs at once and needs the host in it
        self.cluster.secret.add_rotation_schedule(
            "Rotation",
            automatically_after=cdk.Duration.days(self.settings.secret_rotation_days),
            hosted_rotation=secretsmanager.HostedRotation.postgre_sql_single_user(
                function_name=f"{self.names.prefix}-owner-rotation",
                vpc=network.vpc,
                vpc_subnets=ec2.SubnetSelection(subnet_group_name="private"),
                security_groups=[network.function_group],
            ),
        )
