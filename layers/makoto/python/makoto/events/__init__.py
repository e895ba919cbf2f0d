"""The published language: facts in the past tense that other domains may rely on."""

from makoto.events.envelope import Envelope
from makoto.events.event import Event

__all__ = ["Envelope", "Event"]
