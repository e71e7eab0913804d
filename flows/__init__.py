"""Prefect flows, one lifecycle stage in each file: each flow only gives the order of its steps."""
