"""What a session came to: outcomes folded from events, and the figures of the literature computed from them."""
