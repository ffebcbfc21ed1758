"""The columns of the tables of sessions: name, kind, unit, meaning; tables_page.py writes docs/tables.md from them."""

from typing import Literal, NamedTuple

Kind = Literal["count", "number", "word"]
"""A whole number, a number with decimals, or text; any of them may be empty."""
TABLES_FORMAT = 2
"""Today's: 1 had no columns about the session, and another efficiency under controls. Columns are only ever added."""


class Column(NamedTuple):
    """One column of a table."""

    name: str
    kind: Kind
    unit: str
    text: str


SESSION = Column("session", "count", "–", "number of the session, from 1")
SEED = Column(
    "seed",
    "count",
    "–",
    "seed of the session: it deals seats, schedules, arms and robots; up to 19 digits, R and Excel keep 15",
)
MARKET = Column("market", "count", "–", "number of the market in its session, from 0: the independent unit")
PERIOD = Column("period", "count", "–", "number of the period, from 1")
FIGURES = (
    Column("efficiency", "number", "0…1", "realised by maximum surplus; empty where nothing was to be gained"),
    Column(
        "alpha",
        "number",
        "% of P0",
        "root mean square of the prices, each with its quantity, around P0; empty without contracts",
    ),
    Column("price_mean", "number", "price", "mean of the prices, each with its quantity; empty without contracts"),
    Column("quantity", "count", "units (Wh)", "units traded"),
    Column(
        "surplus",
        "count",
        "money",
        "the gains of all, charges and congestion rent included (of households by their forecasts)",
    ),
    Column("surplus_max", "count", "money", "the most that could have been gained"),
)
SCENARIO = Column("scenario", "word", "–", "title of its scenario")
RECORDING = Column("recording", "word", "–", "name of the recording; empty of a simulated session")
ACTIVATIONS = Column("activations", "count", "–", "how often the market's robots looked at it; empty of a recording")
EQUILIBRIUM = (
    Column("price_low", "count", "price", "low end of the competitive price tunnel; empty where there is none"),
    Column("price_high", "count", "price", "its high end; P0 is the midpoint"),
    Column("quantity_competitive", "count", "units (Wh)", "units that trade in equilibrium"),
)
CONTROLLED = (
    Column("efficiency_attainable", "number", "0…1", "realised surplus by the most within price controls and taxes"),
    Column(
        "efficiency_random_rationing",
        "number",
        "0…1",
        "surplus expected if all who are willing trade with the same chance, by surplus_max; empty if nothing binds",
    ),
    Column(
        "control_binds",
        "count",
        "periods",
        "number of periods in which a price control bound. Then P0 is the control, quantities are the short side's, "
        "and alpha is of prices on one side of it",
    ),
    Column("surplus_traders", "count", "money", "the surplus without the revenue"),
    Column("revenue", "count", "money", "charges (subsidies negative), congestion rent, and what a matchmaker keeps"),
    Column("deadweight_loss", "count", "money", "surplus_max less the most within price controls and taxes"),
    Column(
        "rmsd",
        "number",
        "price",
        "root mean square of the prices around P0, as alpha but in money: alpha says little where P0 is small",
    ),
)
"""Of controls and taxes, and the deviation in money, in periods and sessions; the first two are empty of energy."""
CONVERGENCE = (
    Column("rmsd_tunnel", "number", "price", "the same around the tunnel of prices: a price inside it deviates by 0"),
    Column("share_in_tunnel", "number", "0…1", "of the units traded, those with a price in the tunnel"),
    Column("alpha_note", "word", "–", "why alpha is to be read with care; of a session, all notes of its periods"),
    Column("gap_us", "count", "µs", "how long the server's machine stood still while a period was open; else 0"),
)
"""Of prices and of disturbances, in periods and sessions."""
LOST = (
    Column(
        "missed",
        "count",
        "money",
        "V: the most that the units still untraded at the close could have gained; empty of energy",
    ),
    Column(
        "extramarginal",
        "count",
        "money",
        "EM: surplus_max less surplus less missed, lost by trades of units beyond the margin; empty of energy",
    ),
    Column(
        "dispersion",
        "number",
        "money",
        "root mean square over traders of gain less gain at equilibrium, period by period; empty of energy",
    ),
)
"""Of surplus that was lost, and of its distribution, in periods and sessions."""
ABOUT = (
    Column("session_key", "word", "–", "key of the session, the same in every table and whenever it is written"),
    Column("started_utc", "word", "–", "when it was opened, ISO 8601; empty of a simulated session"),
    Column("scenario_title", "word", "–", "title of its scenario"),
    Column("institution", "word", "–", "its institution; where arms are of markets, that of the row's market"),
    Column("treatment", "word", "–", "information, terms of trade, charges that are not as by default; its market's"),
    Column("currency", "word", "–", "the name of its money"),
    Column("disguise", "count", "price", "constant added to values, costs and prices alike; alpha is without it"),
    Column("purpose", "word", "–", "research or teaching, as its scenario says"),
    Column("provenance", "word", "–", "live, simulated, or imported: a market that others ran and published"),
)
"""At the end of every table, so that tables of several runs can be put together."""
ARM = Column("arm", "word", "–", "treatment arm of its market; empty where arms are of seats, or there are none")
BLOCK = Column("block", "count", "–", "block within which arms were drawn, from 1: of markets, or the market itself")
GAINFUL = Column("quantity_gainful", "count", "units (Wh)", "of quantity_competitive, without pairs that gain nothing")
CARD = Column("card", "count", "–", "the seat as screens, cards and printed sheets count it: from 1")
TAILS = {
    "sessions": (*CONTROLLED, *CONVERGENCE, *ABOUT, ARM, BLOCK, *LOST),
    "periods": (*CONTROLLED, *CONVERGENCE, *ABOUT, ARM, BLOCK, *LOST, GAINFUL),
    "contracts": (*ABOUT, ARM, BLOCK),
    "traders": (*ABOUT, CARD, BLOCK),
}
"""The last columns of each table, also in an energy market."""
TABLES: dict[str, tuple[Column, ...]] = {
    "sessions": (SESSION, MARKET, SEED, *FIGURES, ACTIVATIONS, SCENARIO, RECORDING, *TAILS["sessions"]),
    "periods": (SESSION, MARKET, PERIOD, *FIGURES, *EQUILIBRIUM, *TAILS["periods"]),
    "contracts": (
        SESSION,
        MARKET,
        PERIOD,
        Column("contract", "count", "–", "number of the contract in its period, from 1"),
        Column("time_s", "number", "s", "when, since the period began, less pauses"),
        Column("price", "count", "price", "the buyer's price for each unit"),
        Column(
            "seller_price",
            "count",
            "price",
            "the seller's price for it: less only by a congestion rent or what a matchmaker keeps",
        ),
        Column("quantity", "count", "units (Wh)", "units moved"),
        Column("taken", "word", "–", "which quote was accepted: bid, ask; call: neither"),
        Column("buyer", "count", "–", "the buyer's seat"),
        Column("seller", "count", "–", "the seller's seat"),
        Column("value", "count", "money", "the value of these units to the buyer together"),
        Column("cost", "count", "money", "their cost to the seller together"),
        *TAILS["contracts"],
    ),
    "traders": (
        SESSION,
        MARKET,
        PERIOD,
        Column("seat", "count", "–", "the trader's seat in the session, from 0"),
        Column(
            "agent",
            "word",
            "–",
            "the seat's holder; of a recording human, or the robot's agent (robot if unsaid). Of several in a period "
            "the one that held the seat longest",
        ),
        Column("arm", "word", "–", "treatment arm; empty where the scenario has none"),
        Column("information", "word", "–", "information set: none, own_side, other_side, quotes, ticker or book"),
        Column("role", "word", "–", "buyer or seller; empty of a household that has nothing to trade"),
        Column("units", "count", "units (Wh)", "units held at the period's beginning"),
        Column("traded", "count", "units (Wh)", "units bought or sold"),
        Column("contracts", "count", "–", "in how many contracts"),
        Column("surplus", "count", "money", "the trader's gain, charges taken (of a household as metered)"),
        Column(
            "surplus_competitive",
            "number",
            "money",
            "the gain if all units had traded at P0, taxes taken; without a role empty",
        ),
        Column("unpaid", "count", "money", "of the surplus, what a robot's orders gained in the place of a person"),
        Column("human_s", "number", "s", "how long a person held the seat while the market was open, less pauses"),
        Column("robot_s", "number", "s", "how long a robot did, on a seat of its own"),
        Column("stand_in_s", "number", "s", "how long a robot did in the place of a person"),
        Column("nobody_s", "number", "s", "how long nobody did"),
        *TAILS["traders"],
    ),
}
ENERGY = (
    Column(
        "gain_over_grid",
        "count",
        "money",
        "the gain of trade over dealing with the grid alone, as metered; charges too",
    ),
    Column(
        "bound_given_actions", "count", "money", "the most that trade could have left, batteries doing what they did"
    ),
    Column(
        "quoted_w_hat", "number", "–", "bid less ask of all that traded, by that bound: quoted spreads, no efficiency"
    ),
    Column("grid_import", "count", "Wh", "energy drawn from the grid"),
    Column("grid_export", "count", "Wh", "energy fed in"),
)
"""Of energy markets, in periods and sessions."""
LIMITED = (
    Column("unserved", "count", "Wh", "load that a connection's limit left unserved"),
    Column("curtailed", "count", "Wh", "PV that a connection's limit cut off"),
)
"""The same, where there is a grid limit."""
FORESIGHT = Column(
    "bound_foresight", "number", "money", "trade and batteries with the day known; needs the extra `bounds`"
)
