"""`modelward up`: starts, watches and ends a Prefect server, a worker and the evidence pages."""
