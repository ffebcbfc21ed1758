"""The prosumer study: one simulated day of a neighbourhood that trades its surplus, by v4's rules or by sound ones.

`rules.py` is the one place that knows the oddities of v4; the rest follows the rules it is given.
"""
