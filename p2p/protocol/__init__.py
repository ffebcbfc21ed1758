"""What goes over a connection or a broker, without any I/O."""
