"""Anomalies in streams: each reading is scored by those before it, in bounded memory, with one threshold for all."""

from makoto.analytics.anomaly.alarm import THRESHOLD
from makoto.analytics.anomaly.clock import NotATime, Timestamp
from makoto.analytics.anomaly.machine import MachineDetector, MachineExplanation, NotMetrics, machine_detector
from makoto.analytics.anomaly.one import Detector, Explanation, detector
from makoto.analytics.anomaly.packing import NotAState

__all__ = [
    "THRESHOLD",
    "Detector",
    "Explanation",
    "MachineDetector",
    "MachineExplanation",
    "NotAState",
    "NotATime",
    "NotMetrics",
    "Timestamp",
    "detector",
    "machine_detector",
]
