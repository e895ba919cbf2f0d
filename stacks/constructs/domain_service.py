"""A domain as functions: one a door, each with its trigger and just the grants it lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from makoto.events import Event
from stacks.constructs.function import FunctionWorld, PythonFunction, Sizing
from stacks.grants import Grant, Upstream
from stacks.settings import DeploymentSettings


@dataclass(frozen=True)
class Schedule:
    """Calls the function again and again with the same input, as often as the environment says."""

    every: Callable[[DeploymentSettings], cdk.Duration]
    payload: Mapping[str, Any] | None = None  # Any: JSON


@dataclass(frozen=True)
class Batch:
    """How many messages of a queue one call gets, and how long it waits to fill up."""

    size: int = 10
    window_s: int = 0
    is_scaled: bool = False  # up to the environment's ingest concurrency


@dataclass(frozen=True)
class Door:
    """One function of a domain; `consumes` are the facts that reach it through the domain's own queue."""

    name: str
    grants: Sequence[Grant] = ()
    sizing: Sizing = field(default_factory=Sizing)
    in_vpc: bool = False
    consumes: Sequence[type[Event]] = ()
    schedule: Schedule | None = None


@dataclass(frozen=True)
class Domain:
    """A folder under `functions/` and its doors."""

    name: str
    doors: Sequence[Door]


@dataclass(frozen=True)
class Feed:
    """A queue and how its messages reach the function."""

    queue: sqs.IQueue
    batch: Batch = field(default_factory=Batch)


class DomainService(Construct):
    """The functions of one domain; `feeds` maps a door's name to the queue it drains."""

    def __init__(
        self,
        scope: Construct,
        domain: Domain,
        world: FunctionWorld,
        upstream: Upstream,
        feeds: Mapping[str, Feed],
    ) -> None:
        super().__init__(scope, domain.name.capitalize())
        self.functions = {door.name: self._open(domain, door, world, upstream) for door in domain.doors}
        for door, feed in feeds.items():
            self._drain(self.functions[door], feed, world)

    def _open(self, domain: Domain, door: Door, world: FunctionWorld, upstream: Upstream) -> PythonFunction:
        made = PythonFunction(
            self,
            door.name.capitalize(),
            world,
            domain=domain.name,
            door=door.name,
            sizing=door.sizing,
            in_vpc=door.in_vpc,
        )
        for grant in door.grants:
            grant(made.role, upstream)
        if door.schedule:
            self._repeat(made, door.schedule, world.settings)
        return made

    def _repeat(self, made: PythonFunction, schedule: Schedule, settings: DeploymentSettings) -> None:
        payload = events.RuleTargetInput.from_object(schedule.payload) if schedule.payload else None
        events.Rule(
            made,
            "Schedule",
            rule_name=made.name,
            description=f"Calls {made.name}",
            schedule=events.Schedule.rate(schedule.every(settings)),
            targets=[targets.LambdaFunction(made.function, event=payload, retry_attempts=2)],
        )

    def _drain(self, made: PythonFunction, feed: Feed, world: FunctionWorld) -> None:
        source = sources.SqsEventSource(
            feed.queue,
            batch_size=feed.batch.size,
            max_batching_window=cdk.Duration.seconds(feed.batch.window_s),
            report_batch_item_failures=True,
            max_concurrency=world.settings.ingest_concurrency if feed.batch.is_scaled else None,
        )
        made.function.add_event_source(source)
