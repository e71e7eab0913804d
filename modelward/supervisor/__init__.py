"""`modelward up`: starts the Prefect server, the worker and the evidence pages, and keeps them running."""
