"""What the screens show, folded from facts; no Textual."""
