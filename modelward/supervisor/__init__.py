"""What `modelward up` brings up and keeps up: a Prefect server, a worker, the evidence pages."""
