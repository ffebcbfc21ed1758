"""The lab's scenarios, found by name, and their sheets."""
