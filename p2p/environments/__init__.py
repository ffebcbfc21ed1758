"""Environments: the traders' values and costs, one file each.

An environment deals private schedules at the start of a period, is told the contracts, and keeps what each trader has
made of them. It knows nothing of quotes.
"""
