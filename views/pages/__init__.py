"""HTML of the evidence pages: each page is one file that loads nothing else."""
