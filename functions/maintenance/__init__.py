"""Predictive maintenance: frames of features, models trained on them, cards, predictions."""
