"""The server of the evidence pages: read only, for this machine only."""
