"""Sessions without sockets, one or many."""
