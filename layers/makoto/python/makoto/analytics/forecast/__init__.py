"""Forecasts of regular series with intervals, backtested against the naive baseline."""

from makoto.analytics.forecast.forecast import Forecast, NotForecastable, Score, Step, forecast

__all__ = ["Forecast", "NotForecastable", "Score", "Step", "forecast"]
