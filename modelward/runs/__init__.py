"""Start a flow run, follow it, and list the runs that wait for a person."""
