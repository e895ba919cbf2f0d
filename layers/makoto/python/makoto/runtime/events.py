"""The event door: facts from the bus by way of the domain's own queue, each taking effect once."""

from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from makoto.events import Envelope, Event
from makoto.ports.context import TenantContext
from makoto.ports.inbox import AlreadyHandled
from makoto.ports.outbox import Handled
from makoto.runtime.composition import platform
from makoto.runtime.telemetry import logger, serving

Fact = TypeVar("Fact", bound=Event)
Reaction = Callable[[Fact, Envelope], None]
TenantReaction = Callable[[Fact, Envelope, TenantContext], None]


class EventDoor:
    """Gives each envelope to the reaction of its class; what fails goes back to the queue, alone.

    A reaction within the envelope's tenant commits once, and the tenant's store takes the effect together with the
    mark that the event is handled: a second delivery changes nothing, wherever a crash came. For a reaction elsewhere
    the platform's inbox remembers the envelope's id after it is done: a crash in between runs it again, which is why
    such reactions are idempotent.
    """

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.reactions: dict[str, tuple[type[Event], Callable[[Any, Envelope], None]]] = {}
        self.tenant_reactions: dict[str, tuple[type[Event], Callable[[Any, Envelope, TenantContext], None]]] = {}
        self._processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def on(self, event: type[Fact]) -> Callable[[Reaction[Fact]], Reaction[Fact]]:
        """Register the decorated function as this domain's reaction to a fact."""

        def register(function: Reaction[Fact]) -> Reaction[Fact]:
            self.reactions[event.detail_type()] = (event, function)
            return function

        return register

    def on_tenant(self, event: type[Fact]) -> Callable[[TenantReaction[Fact]], TenantReaction[Fact]]:
        """Register the decorated function as this domain's reaction within the tenant: it gets the tenant's context,
        whose `commit` marks the event.
        """

        def register(function: TenantReaction[Fact]) -> TenantReaction[Fact]:
            self.tenant_reactions[event.detail_type()] = (event, function)
            return function

        return register

    def handler(self, event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
        """Serve one batch of the domain's queue."""
        return process_partial_response(
            event=event, record_handler=self._react, processor=self._processor, context=context
        )

    def _react(self, record: SQSRecord) -> None:
        body = orjson.loads(record.body)
        envelope = Envelope.model_validate(body["detail"])
        with serving(domain=self.domain, tenant_id=envelope.tenant_id, correlation_id=envelope.correlation_id):
            self._act_in_tenant(envelope)
            self._act_once(envelope)

    def _act_in_tenant(self, envelope: Envelope) -> None:
        if envelope.detail_type not in self.tenant_reactions:
            return
        fact, reaction = self.tenant_reactions[envelope.detail_type]
        handled = Handled(self.domain, envelope.id)
        tenant = platform().open_tenant(envelope.tenant_id, None, envelope.correlation_id, handled)
        try:
            reaction(_tolerant(fact, envelope), envelope, tenant)
        except AlreadyHandled:
            logger.info("event came again", detail_type=envelope.detail_type, event_id=envelope.id)
            return
        logger.info("event handled", detail_type=envelope.detail_type, event_id=envelope.id)

    def _act_once(self, envelope: Envelope) -> None:
        inbox = platform().inbox
        if envelope.detail_type not in self.reactions or inbox.has_seen(self.domain, envelope.id):
            return
        fact, reaction = self.reactions[envelope.detail_type]
        reaction(_tolerant(fact, envelope), envelope)
        inbox.remember(self.domain, envelope.id)
        logger.info("event handled", detail_type=envelope.detail_type, event_id=envelope.id)


def _tolerant(fact: type[Fact], envelope: Envelope) -> Fact:
    """Read a fact as a consumer: fields that a newer producer added are ignored."""
    return fact.model_validate({name: envelope.data[name] for name in fact.model_fields if name in envelope.data})
