"""What listens to a broker, or speaks as a meter on one."""
