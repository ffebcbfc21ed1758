"""The commands of the terminal: pit trade, watch, replay."""
