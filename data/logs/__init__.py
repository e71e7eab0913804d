"""Prediction and label logs: finding, reading, joining and caching them."""
