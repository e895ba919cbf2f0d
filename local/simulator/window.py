"""What was published and is not yet acknowledged by the server, kept to be sent again after a reconnect."""

from collections import OrderedDict

from local.simulator.device import Message

MAX_BYTES = 8_000_000


class Window:
    """In order of seq; over `max_bytes` the oldest go, and the server sees a gap and asks for a rebirth."""

    def __init__(self, session: str, max_bytes: int = MAX_BYTES) -> None:
        self.session = session
        self.acknowledged = -1
        self.evicted = 0
        self._max_bytes = max_bytes
        self._bytes = 0
        self._messages: OrderedDict[int, Message] = OrderedDict()

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, message: Message) -> None:
        self._messages[message.seq] = message
        self._bytes += len(message.body)
        while self._bytes > self._max_bytes:
            self._drop_oldest()
            self.evicted += 1

    def acknowledge(self, session: str, seq: int) -> None:
        """Everything up to `seq` is stored; an acknowledgement of an earlier session says nothing about this one."""
        if session != self.session:
            return
        self.acknowledged = max(self.acknowledged, seq)
        while self._messages and next(iter(self._messages)) <= self.acknowledged:
            self._drop_oldest()

    def messages(self) -> list[Message]:
        return list(self._messages.values())

    def _drop_oldest(self) -> None:
        _, message = self._messages.popitem(last=False)
        self._bytes -= len(message.body)
