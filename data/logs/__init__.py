"""Prediction logs, label logs, and the join between them."""
