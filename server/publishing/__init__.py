"""What is published, to whom, and what is kept of it beside the journal."""
