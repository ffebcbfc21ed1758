"""The terminal's programs: trade, watch, replay."""
