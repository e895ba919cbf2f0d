"""MQTT 5 over mutual TLS with the AWS Common Runtime: one connection, its Will, its acknowledgement topic."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from threading import Event
from typing import Any

from awscrt import io, mqtt5

from local.simulator.credentials import Credentials

logger = logging.getLogger(__name__)

KEEP_ALIVE_S = 30
CONNECT_TIMEOUT_MS = 10_000
ACKNOWLEDGE_TIMEOUT_S = 30


class Link:
    """Reconnects by itself with full jitter; the callbacks run on the runtime's thread.

    A failed TLS handshake (a foreign CA, a wrong name) is reported only after 10 to 30 s: s2n delays it on purpose,
    against timing attacks.
    """

    def __init__(
        self,
        credentials: Credentials,
        will: bytes,
        *,
        on_ready: Callable[[], None],
        on_lost: Callable[[], None],
        on_acknowledgement: Callable[[bytes], None],
    ) -> None:
        self._credentials = credentials
        self._on_ready = on_ready
        self._on_lost = on_lost
        self._on_acknowledgement = on_acknowledgement
        self.failure = "no answer to the connection"
        self._stopping = False
        self._stopped = Event()
        self._client = mqtt5.Client(self._options(will))

    def start(self) -> None:
        self._client.start()

    def publish(self, kind: str, body: bytes) -> "Future[int]":
        """QoS 1; the future completes with the reason code of the broker's PUBACK."""
        topic = f"{self._credentials.topic}/{kind}"
        packet = mqtt5.PublishPacket(topic=topic, payload=body, qos=mqtt5.QoS.AT_LEAST_ONCE)
        answered: Future[int] = Future()
        self._client.publish(packet).add_done_callback(lambda published: _pass_on(published, answered))
        return answered

    def stop(self, timeout_s: float) -> bool:
        """Disconnect in order, so that the broker does not publish the Will; false when it took too long."""
        self._stopping = True
        self._client.stop(mqtt5.DisconnectPacket(reason_code=mqtt5.DisconnectReasonCode.NORMAL_DISCONNECTION))
        return self._stopped.wait(timeout_s)

    def _options(self, will: bytes) -> mqtt5.ClientOptions:
        return mqtt5.ClientOptions(
            host_name=self._credentials.host,
            port=self._credentials.port,
            bootstrap=_bootstrap(),
            tls_ctx=_tls_context(self._credentials),
            connect_options=self._connect_packet(will),
            session_behavior=mqtt5.ClientSessionBehaviorType.CLEAN,
            # With its default the client limits itself to 63 publishes/s; the broker's limits are the broker's.
            extended_validation_and_flow_control_options=mqtt5.ExtendedValidationAndFlowControlOptions.NONE,
            # What is not acknowledged is in our own window, which is sent again on every connect.
            offline_queue_behavior=mqtt5.ClientOperationQueueBehaviorType.FAIL_ALL_ON_DISCONNECT,
            retry_jitter_mode=mqtt5.ExponentialBackoffJitterMode.FULL,
            min_reconnect_delay_ms=500,
            max_reconnect_delay_ms=30_000,
            min_connected_time_to_reset_reconnect_delay_ms=10_000,
            connack_timeout_ms=CONNECT_TIMEOUT_MS,
            ack_timeout_sec=ACKNOWLEDGE_TIMEOUT_S,
            on_publish_callback_fn=self._received,
            on_lifecycle_event_stopped_fn=lambda event: self._stopped.set(),
            on_lifecycle_event_connection_success_fn=self._connected,
            on_lifecycle_event_connection_failure_fn=self._refused,
            on_lifecycle_event_disconnection_fn=self._disconnected,
            disable_metrics=True,
        )

    def _connect_packet(self, will: bytes) -> mqtt5.ConnectPacket:
        topic = f"{self._credentials.topic}/d"
        last_word = mqtt5.PublishPacket(topic=topic, payload=will, qos=mqtt5.QoS.AT_LEAST_ONCE)
        client_id = self._credentials.client_id
        return mqtt5.ConnectPacket(client_id=client_id, keep_alive_interval_sec=KEEP_ALIVE_S, will=last_word)

    def _connected(self, event: mqtt5.LifecycleConnectSuccessData) -> None:
        topic = self._credentials.acknowledgement_topic
        filters = [mqtt5.Subscription(topic_filter=topic, qos=mqtt5.QoS.AT_LEAST_ONCE)]
        self._client.subscribe(mqtt5.SubscribePacket(subscriptions=filters)).add_done_callback(self._subscribed)

    def _subscribed(self, future: "Future[mqtt5.SubackPacket]") -> None:
        error = future.exception()
        if error is not None:
            logger.warning("subscribe failed", extra=self._about(error))
            return
        if any(code.value >= mqtt5.SubackReasonCode.UNSPECIFIED_ERROR.value for code in future.result().reason_codes):
            logger.warning("subscribe refused", extra=self._about(future.result().reason_codes))
        self._on_ready()

    def _refused(self, event: mqtt5.LifecycleConnectFailureData) -> None:
        code = event.connack_packet.reason_code.name if event.connack_packet else event.exception
        if not self._stopping:
            self.failure = str(code)
            logger.warning("connect failed", extra=self._about(code))

    def _disconnected(self, event: mqtt5.LifecycleDisconnectData) -> None:
        self._on_lost()
        if not self._stopping:
            logger.info("disconnected", extra=self._about(event.exception))

    def _received(self, event: mqtt5.PublishReceivedData) -> None:
        packet = event.publish_packet
        if packet.topic == self._credentials.acknowledgement_topic:
            self._on_acknowledgement(packet.payload)

    def _about(self, cause: object) -> dict[str, Any]:  # the type logging's `extra` asks for
        return {"fields": {"client_id": self._credentials.client_id, "cause": str(cause)}}


def _pass_on(published: "Future[mqtt5.PublishCompletionData]", answered: "Future[int]") -> None:
    error = published.exception()
    if error is not None:
        answered.set_exception(error)
    else:
        answered.set_result(int(published.result().puback.reason_code))


@cache
def _bootstrap() -> io.ClientBootstrap:
    """One network thread serves all devices of the process."""
    loop = io.EventLoopGroup(1)
    return io.ClientBootstrap(loop, io.DefaultHostResolver(loop))


def _tls_context(credentials: Credentials) -> io.ClientTlsContext:
    options = io.TlsContextOptions.create_client_with_mtls(
        credentials.certificate_pem.encode(), credentials.private_key_pem.encode()
    )
    options.override_default_trust_store(credentials.ca_pem.encode())
    return io.ClientTlsContext(options)
