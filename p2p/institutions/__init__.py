"""Institutions: the rules of trade, one file each.

An institution is told messages and answers with messages, or with the reason of a refusal. It knows the buyers, the
sellers and their numbers of units, but no values (Smith's microeconomic system: those are the environment's).
"""
