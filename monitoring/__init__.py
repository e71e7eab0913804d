"""Pure measurement: counts in, measurements out; nothing here decides whether a value is good."""
