"""Real data for the demo: every flight that left New York City in 2013, as known one hour before departure."""
