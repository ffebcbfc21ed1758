"""The market server: sockets, the single writer, the clock."""
