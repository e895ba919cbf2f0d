"""Puts the stacks of one environment together, in the order of their lifetimes."""

import aws_cdk as cdk

from stacks.api import ApiStack
from stacks.data import DataStack
from stacks.grants import Upstream
from stacks.identity import IdentityStack
from stacks.ingestion import IngestionStack
from stacks.messaging import MessagingStack
from stacks.names import Names
from stacks.network import NetworkStack
from stacks.services import DOMAINS, ServicesStack
from stacks.settings import DeploymentSettings
from stacks.tenant_account import TenantAccountStack
from stacks.variables import QueueUrls
from stacks.workflows import WorkflowsStack


def build_platform(app: cdk.App, settings: DeploymentSettings) -> None:
    """Make every stack of the environment, and the template for customers' own accounts."""
    names = Names(settings.environment)
    network = NetworkStack(app, settings, names)
    data = DataStack(app, settings, names, network)
    messaging = MessagingStack(app, settings, names, DOMAINS)
    ingestion = IngestionStack(app, settings, names)
    queues = QueueUrls(ingestion.rejected.queue_url, messaging.wakes.queue.queue_url)
    identity = IdentityStack(app, settings, names, data, queues)
    upstream = Upstream(settings, names, data, identity, ingestion, messaging.wakes)
    services = ServicesStack(app, upstream, network, messaging)
    WorkflowsStack(app, settings, names).add_stack_dependency(services)
    ApiStack(app, settings, names).add_stack_dependency(services)
    TenantAccountStack(app)
    cdk.Tags.of(app).add("application", "makoto")
    cdk.Tags.of(app).add("environment", settings.environment)
