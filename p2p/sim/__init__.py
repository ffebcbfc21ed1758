"""Sessions without sockets, and the study's run book."""
