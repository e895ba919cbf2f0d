"""The formats that are read, by name; a new one is a reader named here."""

from collections.abc import Callable, Mapping
from typing import Protocol

from makoto.codecs.ingress.portion import Portion


class Reader(Protocol):
    """Follows one source of one format; its state is text between two pieces."""

    def read(self, data: bytes, received_at_ms: int, *, topic: str = "", is_last: bool = False) -> Portion:
        """Read a piece: of a stream of lines any bytes, of messages one message."""
        ...

    def to_text(self) -> str:
        """Write down what the next piece needs."""
        ...


def _shdr(state: str | None) -> Reader:
    from makoto.codecs.ingress.shdr import ShdrReader

    return ShdrReader() if state is None else ShdrReader.from_text(state)


def _mtconnect(state: str | None) -> Reader:
    from makoto.codecs.ingress.mtconnect import StreamsReader

    return StreamsReader() if state is None else StreamsReader.from_text(state)


def _sparkplug(state: str | None) -> Reader:
    from makoto.codecs.ingress.sparkplug import SparkplugReader

    return SparkplugReader() if state is None else SparkplugReader.from_text(state)


def _opcua(state: str | None) -> Reader:
    from makoto.codecs.ingress.opcua_json import PubSubReader

    return PubSubReader() if state is None else PubSubReader.from_text(state)


def _sitewise(state: str | None) -> Reader:
    from makoto.codecs.ingress.sitewise import BatchReader

    return BatchReader() if state is None else BatchReader.from_text(state)


READERS: Mapping[str, Callable[[str | None], Reader]] = {
    "shdr": _shdr,
    "mtconnect": _mtconnect,
    "sparkplug-b": _sparkplug,
    "opcua-json": _opcua,
    "sitewise": _sitewise,
}
"""By name, what makes a reader anew or from its state; the format's libraries are loaded with its first reader."""
