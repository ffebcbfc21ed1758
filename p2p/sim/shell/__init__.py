"""The shared parts of commands: options, folders written whole, locks, progress."""
