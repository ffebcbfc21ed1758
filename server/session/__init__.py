"""A live session: the single writer, the clock, the seats' codes, robots for vacant seats."""
