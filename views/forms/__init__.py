"""Markdown for the forms and Prefect artifacts in the Prefect UI."""
