"""What may be asked of the registry: one frozen type a command, the only way anything is ever written."""
