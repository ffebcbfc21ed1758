"""The protocol of a connection and of a broker, without any I/O."""
