"""The domains: one line a domain and a door, with what it may do."""

import aws_cdk as cdk
from constructs import Construct

from makoto.events import production as produced
from makoto.events.maintenance import TrainingRequested
from makoto.events.performance import FactsChanged
from makoto.events.quality import (
    InspectionRecorded,
    LotJudged,
    NonConformanceClosed,
    NonConformanceDispositioned,
    NonConformanceOpened,
    SpcSignalRaised,
)
from makoto.events.telemetry import MachineReported
from makoto.events.tenants import TenantDeleted, TenantResumed, TenantSuspended
from makoto.events.traceability import LotsTraced, SweepAdvanced
from stacks import grants
from stacks.constructs.domain_service import Batch, Domain, DomainService, Door, Feed, Schedule
from stacks.constructs.function import FunctionWorld, Sizing
from stacks.constructs.layers import Group, Layers
from stacks.grants import Upstream
from stacks.ingestion import INGEST_TIMEOUT
from stacks.messaging import RELAY_TIMEOUT, MessagingStack
from stacks.network import NetworkStack
from stacks.variables import function_variables

STORES_ONLY = Sizing(groups=("core", "tenant_clouds"))
SQL = Sizing(groups=("core", "database", "tenant_clouds"))
SQL_TASK = Sizing(groups=("core", "database", "tenant_clouds"), timeout_s=120)
MOVING = Sizing(groups=("core", "database", "tenant_clouds"), memory_mb=1769, timeout_s=900)
SQL_SCHEDULE = Sizing(groups=("core", "database", "tenant_clouds"), timeout_s=55, is_asynchronous=True)
SQL_MIGRATION = Sizing(groups=("core", "database", "tenant_clouds"), timeout_s=300)
# IoT Core takes about 10 certificate updates a second: a tenant of n devices needs n/10 s
DEVICE_EVENTS = Sizing(timeout_s=900)
# one step of a sweep: a trace of up to 100,000 lots, or 1,000 lots in 40 commits
SWEEPS = Sizing(groups=("core", "tenant_clouds"), memory_mb=1769, timeout_s=180)
INGEST = Sizing(groups=("core", "columns", "tenant_clouds"), memory_mb=1769, timeout_s=int(INGEST_TIMEOUT.to_seconds()))
CHECKS = Sizing(groups=("core", "tenant_clouds"), timeout_s=300, is_asynchronous=True)
ALARMS = Sizing(groups=("core", "columns", "tenant_clouds"), timeout_s=55, is_asynchronous=True)
RELAY = Sizing(groups=("core", "tenant_clouds"), timeout_s=int(RELAY_TIMEOUT.to_seconds()))
# late facts may change many figures, each computed from its units' facts
FIGURES = Sizing(groups=("core", "tenant_clouds"), memory_mb=1769, timeout_s=300)
CHARTING = Sizing(groups=("core", "columns", "tenant_clouds", "charts"), memory_mb=1769)
DRAWING = Sizing(groups=("core", "columns", "charts", "tenant_clouds"), memory_mb=1769)
# a prediction loads XGBoost, a training works for minutes; more memory is more processor
MODELS = Sizing(groups=("core", "models", "tenant_clouds"), memory_mb=1769)
TRAINING = Sizing(groups=("core", "models", "tenant_clouds"), memory_mb=3008, timeout_s=900)
HISTORY_GROUPS: tuple[Group, ...] = ("core", "columns", "analytics", "tenant_clouds")
HISTORY = Sizing(groups=HISTORY_GROUPS, memory_mb=2048, scratch_mb=2048)
COMPACTION = Sizing(groups=HISTORY_GROUPS, memory_mb=3008, scratch_mb=2048, timeout_s=900, is_asynchronous=True)

UPKEEP = Schedule(lambda settings: cdk.Duration.minutes(settings.relay_minutes))
HOURLY_COMPACTION = Schedule(lambda _: cdk.Duration.hours(1), {"task": "compact_history", "input": {}})
STORES = (grants.read_configuration, grants.reach_tenant_stores)
LISTED_STORES = (grants.list_configuration, grants.reach_tenant_stores)
TENANCY = (
    grants.use_database,
    grants.write_configuration,
    grants.remove_people,  # the tasks undo an onboarding; the schedule ends the deletion that a request began
    grants.reach_tenant_stores,
    grants.publish_events,
)
MOVE_TENANTS = (grants.use_database, grants.write_configuration, grants.reach_tenant_stores, grants.publish_events)
STARTING = (*TENANCY, grants.start_onboarding)
ONBOARDING = (*TENANCY, grants.invite_people)

IDENTITY = Domain(
    "identity",
    (
        Door("api", (grants.read_configuration, grants.write_sessions, grants.sign_people_in)),
        Door("authorizer", (grants.read_configuration, grants.read_sessions), Sizing(timeout_s=10)),
    ),
)
TENANTS = Domain(
    "tenants",
    (
        Door("api", STARTING, SQL, in_vpc=True),
        Door("tasks", ONBOARDING, SQL_TASK, in_vpc=True),
        Door("schedule", STARTING, SQL_SCHEDULE, in_vpc=True, schedule=UPKEEP),
        Door("migrate", (grants.use_database, grants.own_database), SQL_MIGRATION, in_vpc=True),
    ),
)
MOVES = Domain(
    "moves",
    (
        # the keys to the target are entrusted when the move is asked for
        Door("api", (grants.use_database, grants.reach_tenant_stores, grants.start_moves), SQL, in_vpc=True),
        Door("tasks", MOVE_TENANTS, MOVING, in_vpc=True),
        Door("schedule", (grants.use_database, grants.start_moves), SQL_SCHEDULE, in_vpc=True, schedule=UPKEEP),
    ),
)
DEVICES = Domain(
    "devices",
    (
        Door("api", (grants.reach_tenant_stores, grants.write_configuration, grants.manage_devices), STORES_ONLY),
        Door(
            "events",
            (grants.remember_events, grants.write_configuration, grants.revoke_devices),
            DEVICE_EVENTS,
            consumes=(TenantSuspended, TenantResumed, TenantDeleted),
        ),
    ),
)
TELEMETRY = Domain(
    "telemetry",
    (
        Door("api", (*LISTED_STORES, grants.acknowledge_messages, grants.reject_messages), HISTORY),
        Door("messages", (*STORES, grants.acknowledge_messages, grants.reject_messages), INGEST),
        Door("tasks", LISTED_STORES, COMPACTION, schedule=HOURLY_COMPACTION),
        Door("schedule", LISTED_STORES, ALARMS, schedule=UPKEEP),
    ),
)
QUALITY = Domain(
    "quality",
    (
        Door("api", STORES, DRAWING),
        # a result may belong on a chart, whose mathematics stands on numpy
        Door("events", STORES, CHARTING, consumes=(InspectionRecorded, LotJudged, SpcSignalRaised, LotsTraced)),
    ),
)
MASTERS = Domain("masters", (Door("api", STORES, STORES_ONLY),))
PRODUCTION_FOLLOWS = (
    *(produced.WorkOrderPlanned, produced.WorkOrderReleased, produced.WorkOrderRescheduled),
    *(produced.WorkOrderCancelled, produced.OperationStarted, produced.OperationPaused, produced.OperationCompleted),
    *(produced.QuantityReported, produced.OperatorClockedOn, produced.OperatorClockedOff),
)
PRODUCTION = Domain(
    "production",
    (
        Door("api", STORES, STORES_ONLY),
        Door("events", STORES, STORES_ONLY, consumes=PRODUCTION_FOLLOWS),
    ),
)
PERFORMANCE = Domain(
    "performance",
    (
        Door("api", STORES, Sizing(groups=("core", "tenant_clouds"), memory_mb=1769)),
        Door(
            "events",
            STORES,
            FIGURES,
            consumes=(
                *(MachineReported, FactsChanged, produced.QuantityReported, produced.OperationLeft),
                *(produced.OperationStarted, produced.OperationPaused, produced.OperationCompleted),
            ),
        ),
    ),
)
TRACEABILITY = Domain(
    "traceability",
    (
        Door("api", STORES, STORES_ONLY),
        Door(
            "events",
            STORES,
            SWEEPS,
            consumes=(
                *(NonConformanceOpened, NonConformanceDispositioned, NonConformanceClosed),
                *(produced.QuantityReported, SweepAdvanced),
            ),
        ),
    ),
)
MAINTENANCE = Domain(
    "maintenance",
    (
        Door("api", STORES, MODELS),
        Door("events", STORES, TRAINING, consumes=(TrainingRequested,)),
    ),
)
OUTBOX = Domain(
    "outbox",
    (
        Door("api", STORES, STORES_ONLY),
        Door("relay", (*STORES, grants.publish_events), RELAY),
    ),
)
DOCTOR = Domain(
    "doctor",
    (
        Door("api", (grants.write_configuration, grants.reach_tenant_stores), STORES_ONLY),
        Door("schedule", (grants.write_configuration, grants.reach_tenant_stores), CHECKS, schedule=UPKEEP),
    ),
)
HEALTH = Domain("health", (Door("api", (grants.use_database, grants.watch_health), SQL, in_vpc=True),))

DOMAINS = (
    IDENTITY,
    TENANTS,
    MOVES,
    DEVICES,
    TELEMETRY,
    MASTERS,
    QUALITY,
    PRODUCTION,
    PERFORMANCE,
    TRACEABILITY,
    MAINTENANCE,
    OUTBOX,
    DOCTOR,
    HEALTH,
)


class ServicesStack(cdk.Stack):
    """Every domain's functions but the claims trigger, which belongs to the user pool."""

    def __init__(self, scope: Construct, upstream: Upstream, network: NetworkStack, messaging: MessagingStack) -> None:
        settings, names = upstream.settings, upstream.names
        environment = cdk.Environment(account=settings.account, region=settings.region)
        super().__init__(scope, names.stack("Services"), env=environment, description="Makoto: domain functions")
        world = FunctionWorld(
            settings,
            Layers(self, "Layers", settings),
            function_variables(
                self,
                settings,
                user_pool_id=upstream.identity.pool.user_pool_id,
                user_pool_client_id=upstream.identity.client.user_pool_client_id,
                queues=upstream.queues,
            ),
            vpc=network.vpc,
            security_group=network.function_group,
        )
        messages = Feed(upstream.ingestion.messages.queue, Batch(size=100, window_s=1, is_scaled=True))
        for domain in DOMAINS:
            feeds = {door: Feed(queue) for door, queue in messaging.queues_of(domain).items()}
            if domain is TELEMETRY:
                feeds["messages"] = messages
            if domain is OUTBOX:
                feeds["relay"] = Feed(messaging.wakes.queue, Batch(size=10))
            DomainService(self, domain, world, upstream, feeds)
