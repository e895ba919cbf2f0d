"""How metrics of one machine go together, and when they no longer do."""

from array import array
from operator import mul

from makoto.analytics.anomaly.signed import Signed

_CLIPPED = 4.0
_SHRUNK = 0.1
_MEMORY = 2000.0
_SETTLED = 60.0
_RENEWED = 32.0
_PERSISTENT = 0.2


class Relations:
    """The covariance of standardised deviations, shrunk towards independence.

    The deviation of a metric from what the others imply is read off the inverse of the covariance (Lauritzen 1996,
    5.1.3): (P u)_i / sqrt(P_ii). The inverse is renewed every 32 readings.
    """

    __slots__ = ("breaks", "count", "covariance", "fresh", "means", "precision", "views")

    def __init__(self, size: int) -> None:
        one = [float(row == column) for row in range(size) for column in range(size)]
        self.covariance = array("f", one)
        self.precision = array("f", one)
        self.means = array("f", bytes(4 * size))
        self.breaks = array("f", bytes(4 * size))
        self.views = [Signed(0.003) for _ in range(size)]
        self.count = self.fresh = 0.0

    def take(self, deviations: list[float]) -> list[float]:
        """Say how surprising each metric is beside the others, then learn."""
        size = len(deviations)
        centred = [
            max(min(deviation, _CLIPPED), -_CLIPPED) - mean
            for deviation, mean in zip(deviations, self.means, strict=True)
        ]
        breaks, precision = self.breaks, self.precision
        surprises = []
        for place in range(size):
            row = precision[place * size : place * size + size]
            implied = sum(map(mul, row, centred)) / row[place] ** 0.5
            breaks[place] += _PERSISTENT * (implied - breaks[place])
            surprises.append(self.views[place].take(breaks[place]))
        self._learn(centred)
        return surprises if self.count > _SETTLED + size else [0.0] * size

    def _learn(self, centred: list[float]) -> None:
        import numpy as np  # only machines of several metrics need it

        self.count += 1.0
        self.fresh += 1.0
        size = len(centred)
        pace = 1.0 / min(self.count + 1.0, _MEMORY)
        one = np.array(centred, dtype=np.float32)
        means = np.frombuffer(self.means, dtype=np.float32)
        means += np.float32(pace) * one
        covariance = np.frombuffer(self.covariance, dtype=np.float32).reshape(size, size)
        covariance *= np.float32(1.0 - pace)
        covariance += np.multiply.outer(np.float32(pace) * one, one)
        if self.fresh >= _RENEWED:
            self.fresh = 0.0
            matrix = covariance * (1.0 - _SHRUNK)
            matrix[np.diag_indices(size)] += _SHRUNK * np.trace(covariance) / size + 1e-6
            self.precision = array("f", np.linalg.inv(matrix.astype(np.float64)).astype(np.float32).tobytes())
