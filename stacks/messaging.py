"""Facts between domains: the bus, and for each consuming domain a queue with its dead-letter queue."""

from collections import defaultdict
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.constructs.domain_service import Domain, Door
from stacks.constructs.queue import ConsumerQueue
from stacks.names import Names
from stacks.settings import DeploymentSettings

RELAY_TIMEOUT = cdk.Duration.seconds(60)
RELAY_ATTEMPTS = 20
"""A wake fails only with the relay itself; what the relay cannot publish now, it calls itself for again."""


class MessagingStack(cdk.Stack):
    """The bus `makoto-{env}` with its archive, `makoto-{env}-{domain}-events` for each door that consumes, and the
    relay's wakes.
    """

    def __init__(self, scope: Construct, settings: DeploymentSettings, names: Names, domains: Sequence[Domain]) -> None:
        environment = cdk.Environment(account=settings.account, region=settings.region)
        super().__init__(scope, names.stack("Messaging"), env=environment, description="Makoto: facts between domains")
        self.bus = events.EventBus(self, "Bus", event_bus_name=names.bus, description="Facts between domains")
        self.bus.archive(
            "Archive",
            archive_name=names.bus,
            description="Replays what consumers missed",
            event_pattern=events.EventPattern(account=[self.account]),
            retention=cdk.Duration.days(90 if settings.is_retained else 7),
        )
        self.wakes = ConsumerQueue(
            self, "Wakes", names.queue("outbox-wakes"), consumer_timeout=RELAY_TIMEOUT, attempts=RELAY_ATTEMPTS
        )
        self._queues: dict[str, dict[str, sqs.Queue]] = defaultdict(dict)
        for domain in domains:
            for door in domain.doors:
                if door.consumes:
                    self._queues[domain.name][door.name] = self._subscribe(names, domain, door)

    def queues_of(self, domain: Domain) -> dict[str, sqs.Queue]:
        """The queue of each consuming door of a domain."""
        return self._queues[domain.name]

    def _subscribe(self, names: Names, domain: Domain, door: Door) -> sqs.Queue:
        name = names.queue(f"{domain.name}-{door.name}")
        timeout = cdk.Duration.seconds(door.sizing.timeout_s)
        consumer = ConsumerQueue(self, domain.name.capitalize(), name, consumer_timeout=timeout)
        for source in sorted({event.source for event in door.consumes}):
            wanted = [event.detail_type() for event in door.consumes if event.source == source]
            events.Rule(
                consumer,
                source.rsplit(".", 1)[-1].capitalize(),
                rule_name=f"{name}-{source.rsplit('.', 1)[-1]}",
                description=f"What {domain.name} hears of {source}",
                event_bus=self.bus,
                event_pattern=events.EventPattern(source=[source], detail_type=wanted),
                targets=[targets.SqsQueue(consumer.queue, dead_letter_queue=consumer.dead_letters)],
            )
        return consumer.queue
