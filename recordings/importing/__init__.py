"""Markets that others ran and published, as recordings."""
