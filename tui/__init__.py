"""The terminal of a trader."""
