"""Publishes one device's messages and keeps them until the server says that they are stored."""

import logging
from collections.abc import Iterable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import partial
from threading import Condition

import orjson

from local.simulator.credentials import Credentials
from local.simulator.device import Message
from local.simulator.link import Link
from local.simulator.window import Window

logger = logging.getLogger(__name__)

# MQTT 5 reason codes from here on are refusals (OASIS MQTT 5.0, section 2.4).
REFUSED = 0x80


@dataclass(slots=True)
class Tally:
    """What has been published since the process started; `failed` counts attempts that a reconnect repeats."""

    messages: int = 0
    readings: int = 0
    bytes: int = 0
    failed: int = 0


class Publisher:
    def __init__(self, credentials: Credentials, session: str, will: bytes) -> None:
        self.tally = Tally()
        self.connected = False
        self._was_connected = False
        self._window = Window(session)
        self._under_way: set[int] = set()
        self._changed = Condition()
        self._rebirth_wanted = False
        self._link = Link(
            credentials, will, on_ready=self._ready, on_lost=self._lost, on_acknowledgement=self._acknowledged
        )

    def start(self) -> None:
        self._link.start()

    def publish(self, messages: Iterable[Message]) -> None:
        """Send now, or at the next connect while there is no connection."""
        with self._changed:
            for message in messages:
                self._window.add(message)
                self._under_way.add(message.seq)
                self.tally.messages += 1
                self.tally.readings += message.readings
                self.tally.bytes += len(message.body)
                if self.connected:
                    self._send(message)

    def take_rebirth_request(self) -> bool:
        with self._changed:
            wanted, self._rebirth_wanted = self._rebirth_wanted, False
            return wanted

    @property
    def failure(self) -> str:
        """Why the last attempt to connect failed."""
        return self._link.failure

    @property
    def unacknowledged(self) -> int:
        with self._changed:
            return len(self._window)

    @property
    def evicted(self) -> int:
        return self._window.evicted

    def wait_connected(self, timeout_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.connected, timeout_s)

    def wait_delivered(self, timeout_s: float) -> bool:
        """Wait for the broker's PUBACK of everything published."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._under_way, timeout_s)

    def wait_acknowledged(self, seq: int, timeout_s: float) -> bool:
        """Wait until the server has said that everything up to `seq` is stored."""
        with self._changed:
            return self._changed.wait_for(lambda: self._window.acknowledged >= seq, timeout_s)

    def close(self, death: bytes, timeout_s: float = 5.0) -> None:
        """Deliver what is under way, say goodbye, disconnect."""
        if self.connected and self.wait_delivered(timeout_s):
            wait([self._link.publish("d", death)], timeout_s)
        self._link.stop(timeout_s)

    def _send(self, message: Message) -> None:
        self._link.publish(message.kind, message.body).add_done_callback(partial(self._delivered, message.seq))

    def _delivered(self, seq: int, future: "Future[int]") -> None:
        error = future.exception()
        with self._changed:
            if error is None and future.result() < REFUSED:
                self._under_way.discard(seq)
            else:
                self.tally.failed += 1
                logger.warning("publish failed", extra={"fields": {"seq": seq, "cause": str(error or future.result())}})
            self._changed.notify_all()

    def _ready(self) -> None:
        with self._changed:
            # The broker has published the Will meanwhile, so a device that comes back announces itself again.
            self._rebirth_wanted |= self._was_connected
            self.connected = self._was_connected = True
            for message in self._window.messages():
                self._send(message)
            self._changed.notify_all()

    def _lost(self) -> None:
        with self._changed:
            self.connected = False
            self._changed.notify_all()

    def _acknowledged(self, body: bytes) -> None:
        try:
            answer = orjson.loads(body)
            session, seq = str(answer["session"]), int(answer["seq"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            logger.warning("unreadable acknowledgement", extra={"fields": {"cause": str(error)}})
            return
        with self._changed:
            self._window.acknowledge(session, seq)
            self._rebirth_wanted |= bool(answer.get("rebirth"))
            self._changed.notify_all()
