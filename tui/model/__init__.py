"""The content of the screens, folded from facts; no Textual."""
