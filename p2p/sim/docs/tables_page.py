"""The page on the tables, docs/tables.md, written from their columns."""

from p2p.sim.tables.schema import ABOUT as KEYS
from p2p.sim.tables.schema import CONTROLLED, CONVERGENCE, ENERGY, FORESIGHT, LIMITED, RECORDED, TABLES, TABLES_FORMAT, TAILS
from p2p.sim.tournament.schema import TOURNAMENT

ABOUT = {
    "sessions": "A row for each market of each session.",
    "periods": "A row for each period of each market.",
    "contracts": "A row for each contract.",
    "traders": "A row for each trader and period.",
    "interventions": "A row for each act of the experimenter's that took effect; of recordings alone.",
}
PAGE = """# The tables of sessions, simulated and live

`pit simulate SCENARIO --out FOLDER --format csv|parquet` writes four tables of the sessions it plays, `pit tables
RECORDING… --out FOLDER --format csv|parquet` the same four of sessions that were recorded, and `interventions`. A void
period is in no row of the first four; its `void` is a row of the last. Prices are in the scenario's
smallest unit of money; money is price × quantity, so that in an energy market it is price per kWh × Wh. An absent value
is an empty cell (null in Parquet); numbers with decimals have six of them in CSV. Markets of a session never see one
another: the market is the independent unit, and every table has its number.

Parquet needs pyarrow: once `PIT_EXTRAS=parquet ./pit`, or `pip install 'tradingpit[parquet]'`. The same `pit simulate`
writes the same CSV to the byte, on however many cores.

The tables have format {format}: a Parquet file says so in its metadata (`tables_format`), a DataFrame in `attrs["format"]`.
Format 1 had no columns about the session at the end of each table, and took efficiency under controls otherwise. Columns
are only ever added, so read them by name.

Sums that agree, by session, market and period: `quantity` is that of all contracts, and half of the sum of traders'
`traded`. A period's `surplus` is the contracts' `value` less their `cost`. With induced values it is also the sum of
traders' gains, the charges, and the congestion rent (`price` less `seller_price`, times `quantity`). Of households
these three are `gain_over_grid`, because traders' gains are as metered, and `value` and `cost` are by the forecasts.
"""
TABLE_HEAD = ["| column | unit | meaning |", "|---|---|---|"]
CONTROLS = """More columns, in `sessions` and `periods`, after those of energy. `efficiency` is always by the maximum surplus
of the market without controls and taxes: it shows the loss that they cause. If a control binds, the short side trades
all it has and the long side is rationed. Then `surplus_competitive` of a trader is the expectation under random
rationing. A commission on contracts of one unit is a tax on both sides. The surplus of a session is a ratio of sums."""
NOTES_OF_ALPHA = """More columns, in `sessions` and `periods`, after `rmsd`. An `alpha_note` is one or several of these:
- `wide tunnel`: it is wider than 5 % of P0, so that prices in equilibrium have an alpha of their own: see `rmsd_tunnel`.
- `small P0`: a buyer could gain at twice P0, or a tick is more than 5 % of P0: see `rmsd`.
- `one-sided`: a price control binds, and prices can only be on one side of it.
- `disguised`: a constant was added to all prices; alpha and P0's size are taken without it, `price_mean` is with it.

A period with a `gap_us` was paused when the machine ran again. Its traders had a pause that nobody planned."""
TOURNAMENTS = """## tournaments
`pit tournament … --out FOLDER` writes two tables and a picture. A gain is in shares of a trader's part of the maximum
surplus: 1 is that surplus over the number of traders. `NAME_low` and `NAME_high` are the ends of the 95 % interval of
NAME; they are empty where there are too few sessions to say.
"""


def page() -> str:
    """The page on the tables, docs/tables.md."""
    lines = [PAGE.replace("{format}", str(TABLES_FORMAT))]
    for name, columns in TABLES.items():
        lines += [f"## {name}", ABOUT[name], "", "| column | unit | meaning |", "|---|---|---|"]
        own = columns[: -len(TAILS[name])]
        lines += [*(f"| {column.name} | {column.unit} | {column.text} |" for column in own), ""]
    for name, columns in RECORDED.items():
        lines += [f"## {name}", ABOUT[name], "", *TABLE_HEAD]
        own = columns[: -len(KEYS)]
        lines += [*(f"| {column.name} | {column.unit} | {column.text} |" for column in own), ""]
    lines += [
        "## energy markets",
        "More columns, in `sessions` and `periods`; the last one in `sessions` only, unserved",
    ]
    lines += ["and curtailed where the scenario sets a grid limit.", "", "| column | unit | meaning |", "|---|---|---|"]
    lines += [f"| {column.name} | {column.unit} | {column.text} |" for column in (*ENERGY, *LIMITED, FORESIGHT)]
    lines += ["", "## price controls, taxes, subsidies", CONTROLS, "", *TABLE_HEAD]
    lines += [f"| {column.name} | {column.unit} | {column.text} |" for column in CONTROLLED]
    lines += ["", "## deviation from equilibrium, disturbances", NOTES_OF_ALPHA, "", *TABLE_HEAD]
    lines += [f"| {column.name} | {column.unit} | {column.text} |" for column in CONVERGENCE]
    lines += ["", "## every table", "The last columns of each.", "", *TABLE_HEAD]
    lines += [f"| {column.name} | {column.unit} | {column.text} |" for column in KEYS]
    lines += ["", TOURNAMENTS]
    for name, columns in TOURNAMENT.items():
        lines += [f"### {name}", "", "| column | unit | meaning |", "|---|---|---|"]
        lines += [*(f"| {column.name} | {column.unit} | {column.text} |" for column in columns), ""]
    return "\n".join(lines).rstrip("\n") + "\n"
