"""Institutions: the rules of trade, one file each."""
