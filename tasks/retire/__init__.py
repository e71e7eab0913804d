"""retire."""
