"""Publication: the facts, their viewers, and the files beside the journal."""
