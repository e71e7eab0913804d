"""`make demo`: one model through its whole lifecycle, on recorded flights."""
