"""A queue with its dead-letter queue; a message that fails too often waits there for two weeks."""

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.constructs.acknowledge import acknowledge

ATTEMPTS = 5


def parking_queue(scope: Construct, construct_id: str, name: str, *, because: str) -> sqs.Queue:
    """Make a queue that nothing consumes by itself: people look into it, so it needs no dead-letter queue."""
    queue = sqs.Queue(
        scope,
        construct_id,
        queue_name=name,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=cdk.Duration.days(14),
    )
    acknowledge(queue, "SQS3", because=because)
    return queue


class ConsumerQueue(Construct):
    """`<name>` and `<name>-dlq`, for one consuming function."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        name: str,
        *,
        consumer_timeout: cdk.Duration,
        attempts: int = ATTEMPTS,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = parking_queue(self, "Dead", f"{name}-dlq", because="it is a dead-letter queue")
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=name,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(4),
            # six times the consumer's timeout, as AWS asks of an SQS event source
            visibility_timeout=cdk.Duration.seconds(6 * int(consumer_timeout.to_seconds())),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=attempts),
        )
