"""How docs/scenarios.md begins, written by hand: the smallest scenario, and what to do with it."""

INTRODUCTION = """# Scenarios

*Written by `pit scenarios keys` from the structs in `p2p/scenario/schema.py` and those it is made of; not by hand.*

A scenario defines all of a session but its seed: the traders and their values, the rules of trade, and the times. It is
a TOML file; nothing is to be programmed. Those of the lab are in `scenarios/`; `pit scenarios list` names them,
and [library.md](library.md) has a section for each. `pit scenarios new NAME` asks a few questions and writes a file
(`--like NAME`: built on another). The smallest there is:

```toml
title = "Two buyers, two sellers"
periods = 3
period_s = 60

[institution]
price_min = 1
price_max = 200

[environment]
buyers = [[150, 120], [130]]      # one list per buyer: what each unit is worth to them
sellers = [[50, 70], [60]]        # one list per seller: what each unit costs them
```

Save it as `mine.toml` and
```
pit scenarios check mine.toml     # OK, or which key is wrong, on which line, and what would be right
pit scenarios show mine.toml      # its rules and its equilibrium: supply and demand, price, quantity, surplus
pit demo --scenario mine.toml     # play it now, against robots
pit serve mine.toml --bots zic:2  # or let others join
```

A market of households is another environment, and needs an institution that trades amounts (docs/energy.md):
```toml
title = "Four households"
currency = "0.1 c/kWh"
periods = 12
period_s = 60

[institution]
name = "call"
price_min = 0
price_max = 500

[environment]
name = "prosumer"
seats = 4
pv = 2
buy = { low = 260, high = 400 }
feed_in = { low = 50, high = 120 }
```

**Treatments by period.** Rules may change as a session goes on: a tax in the last periods, a ceiling after a shift, other
information, other schedules. All are told in the break before the period, in the words of the rules page. Each trader's
own schedule comes with its period. Each period is scored by its own rules. The scenario `tax-on-buyers` is an example.
```
[[overrides]]                     # from period 3 on a tax on buyers, and less to see
from_period = 3
charges = { tax_buyer = 75 }
information = "quotes"

[[overrides]]                     # from period 5 on no tax, but a ceiling; one buyer sits out
from_period = 5
charges = {}
terms = { price_ceiling = 150 }   # "none" ends a control
buyers = [[150, 120], []]
```

**Templates.** A file can be built on another: the keys that it names hold, and all others are the template's. Tables are
merged key by key; a list, such as `buyers` or `[[overrides]]`, is replaced whole. The template is a scenario of the lab by
name, or a file of the same folder (`extends = "mine.toml"`). A recording holds the whole scenario, not the reference.
```
extends = "smith-1962-test-1"     # its schedules, times and rules
title = "Test 1 under a ceiling"
public_title = "A market"         # on traders' screens: no name from which the price could be guessed

[institution.terms]
price_ceiling = 150
```

**Pay.** With a table `[payment]` people are paid: amount = fee + base + bonus, rounded once. The bonus is rate × points.
[pay.md](pay.md) has the rules, the draw of one period, and `pit pay`.
```
[payment]
rate = 0.02                       # money for a point
currency = "EUR"
fee = 5.0
rounding = "up"
step = 0.10
```

The rules of each institution are in [institutions.md](institutions.md), a section for each:
improvement, ties, partial fills, the end of a period.

Below are all keys, table by table. A key is *needed*, or has a default; where that is – there is no such thing unless
the file says so. Prices and money are whole numbers of the smallest unit of money, which `currency` names. A key that
is misspelt, out of range, or in contradiction with another is refused with its line before anything is played.
"""
