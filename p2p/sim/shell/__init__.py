"""What commands share: options, folders written whole, locks, progress."""
