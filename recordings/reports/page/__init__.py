"""The report: one session or several as one HTML file, which needs nothing else."""
