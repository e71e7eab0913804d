"""Prefect tasks, one unit of work in each file: load the facts, call one pure function, record the result."""
