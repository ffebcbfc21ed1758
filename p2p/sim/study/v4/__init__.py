"""The prosumer study: one simulated day of a neighbourhood that trades its surplus, by v4's rules or by sound ones.

`rules.py` is the one place that knows what is odd about v4; the rest follows whichever rules it is given.
"""
