"""What the registry and its log are asked: lookups by name, history, inventory."""
