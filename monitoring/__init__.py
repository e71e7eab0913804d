"""Pure measurement: counts in, measurements and alert states out."""
