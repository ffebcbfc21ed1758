"""What is typed, as orders and settings."""
