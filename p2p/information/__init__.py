"""Who knows what: what is shown of an event to whom, and what a listener makes of what it is shown."""
