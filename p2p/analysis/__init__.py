"""Results of a session: outcomes folded from events, and the figures of the literature computed from them."""
