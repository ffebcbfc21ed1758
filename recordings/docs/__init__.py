"""docs/protocol.md, written from the code itself."""
