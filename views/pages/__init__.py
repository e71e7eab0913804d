"""The report of a model's life: facts from the registry, drawn and written as one HTML file that needs nothing else."""
