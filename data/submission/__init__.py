"""A submission: the folder a developer hands in, read into frozen types with every problem named at once."""
