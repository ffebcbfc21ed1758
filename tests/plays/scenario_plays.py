"""What the tests of scenario share with others."""

GOOD = """\
# line 1
title = "A market"
periods = 3
period_s = 60

[institution]
price_min = 1
price_max = 200
tick = 1

[environment]
name = "induced"
buyers = [
  [150, 120],
  [130],
]
sellers = [[50], [60]]

[robots]
reaction_mean_s = 2
"""
