"""Predictive maintenance: models on tabular features, judged on machines that they have never seen.

    model = fit(frame, target="rul", groups="unit")
    predictions = model.predict(frame)

A frame is a pandas DataFrame, a mapping of columns or a list of rows; `target` and `groups` are columns of it or
sequences beside it.
"""

from makoto.analytics.maintenance.fitting import fit
from makoto.analytics.maintenance.frames import NotTrainable, UnknownColumn
from makoto.analytics.maintenance.history import with_history
from makoto.analytics.maintenance.model import MaintenanceModel, ModelCard, Task

__all__ = ["MaintenanceModel", "ModelCard", "NotTrainable", "Task", "UnknownColumn", "fit", "with_history"]
