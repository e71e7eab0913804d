"""One lifecycle stage a file: the order of its steps and nothing else."""
