"""The commands on recordings: pit verify, score, tables, protocol."""
