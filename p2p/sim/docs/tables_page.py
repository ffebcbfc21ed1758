"""The page on the tables, docs/tables.md, written from their columns."""

from collections.abc import Iterable

from p2p.sim.tables.recorded_schema import OWN
from p2p.sim.tables.schema import ABOUT as KEYS
from p2p.sim.tables.schema import (
    ARM,
    BLOCK,
    CONTROLLED,
    CONVERGENCE,
    ENERGY,
    FORESIGHT,
    GAINFUL,
    LIMITED,
    LOST,
    TABLES,
    TABLES_FORMAT,
    TAILS,
    Column,
)
from p2p.sim.tournament.schema import TOURNAMENT

ABOUT = {
    "sessions": "A row for each market of each session.",
    "periods": "A row for each period of each market.",
    "contracts": "A row for each contract.",
    "traders": "A row for each trader and period.",
    "orders": """A row for each change of an order, in order. The book at an instant is what the rows up to it leave: of
each order the `remaining` of its last row, where that is not 0. `filled` rows join `contracts` by session, market, period and
contract; all rows of one message join `messages` by `record`. With `order_life` session an order may outlive its
period, so that rows of void periods are here, too; `counted` tells them apart.""",
    "quotes": """A row for each change of the best bid or ask, and one as each period opens. They are the quotes
that the institution tells. Where orders are collected for a call nobody is told any: there they are the best orders so far. A
seat that is shown less has less: `messages` says what its sender had seen.""",
    "messages": "A row for each message of a trader's, also those that were refused; practice is left out.",
    "schedules": "A row for each unit (or step) of each trader and period that counts, traded or not.",
    "seats": "A row for each spell of a holder on a seat, nobody's among them.",
    "households": "A row for each household and interval that counts; empty where no energy is traded.",
    "answers": "A row for each answer in a stage, every try, and each consent.",
    "people": "A row for each seat: consent, data use, control questions, confirmed losses, how its person left.",
    "interventions": "A row for each act of the experimenter's that took effect.",
    "deliveries": "A row for each seat, from the server's `deliveries.json`; empty where that file is gone.",
}
PAGE = """# The tables of sessions, simulated and live

`pit simulate SCENARIO --out FOLDER --format csv|parquet` writes four tables of the sessions it plays, `pit tables
RECORDING… --out FOLDER --format csv|parquet` the same four of sessions that were recorded, and ten more: `orders`,
`quotes`, `messages`, `schedules`, `seats`, `households`, `answers`, `people`, `interventions`, `deliveries`. Each is
always written, if need be with its head alone. `pit simulate … --recordings FOLDER` keeps simulated sessions as recordings,
which have them all. A void period is in no row of the first four; its `void` is a row of `interventions`.

Prices are in the scenario's smallest unit of money; money is price × quantity, so that in an energy market it is price
per kWh × Wh. Markets of a session never see one another: the market is the independent unit, and every table but
`interventions` and `deliveries` has its number.

| type | CSV | Parquet | pandas | missing |
|---|---|---|---|---|
| count | whole number | int64 | Int64 | empty cell, null, `<NA>` |
| number | six decimals | double | float64 | empty cell, null, NaN |
| word | text | string | string | empty cell, null, `<NA>` |

`columns.csv` beside the tables has table, column, type, unit and meaning of each. `--decimal comma` writes CSV for a
spreadsheet of a country that writes 0,5: then a semicolon separates the cells.

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
TABLE_HEAD = ("| column | type | unit | meaning |", "|---|---|---|---|")
ENERGY_ALSO = """More columns, in `sessions` and `periods`; the last one in `sessions` only, unserved
and curtailed where the scenario sets a grid limit."""
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
LOSSES = """More columns at the very end of `sessions` and `periods`, the last one of `periods` alone. The
definitions are on [measures.md](measures.md): the loss in two parts, and Gode and Sunder's dispersion."""
ARMS = """`sessions`, `periods`, `contracts` and the tables of recordings have both at their end; `traders` has its own `arm` (of seats or of their
market) and `block` at its end. Where arms are of markets, `institution` and `treatment` are the row's market's own.
`interventions` and `deliveries` are of the whole session and name neither. Compare arms by markets, within their blocks, and permute
exactly this assignment: of 4 markets against 4 the smallest p of a two-sided test is .029, of 2 against 2 it is .33."""
TOURNAMENTS = """## tournaments
`pit tournament … --out FOLDER` writes two tables and a picture. A gain is in shares of a trader's part of the maximum
surplus: 1 is that surplus over the number of traders. `NAME_low` and `NAME_high` are the ends of the 95 % interval of
NAME; they are empty where there are too few sessions to say.
"""


def page() -> str:
    """The page on the tables, docs/tables.md."""
    lines = [PAGE.replace("{format}", str(TABLES_FORMAT))]
    for name, columns in TABLES.items():
        lines += [f"## {name}", ABOUT[name], "", *_listed(columns[: -len(TAILS[name])])]
    for name, columns in OWN.items():
        lines += [f"## {name}", f"{ABOUT[name]} Of recordings alone.", "", *_listed(columns)]
    lines += ["## energy markets", ENERGY_ALSO, "", *_listed((*ENERGY, *LIMITED, FORESIGHT))]
    lines += ["## price controls, taxes, subsidies", CONTROLS, "", *_listed(CONTROLLED)]
    lines += ["## deviation from equilibrium, disturbances", NOTES_OF_ALPHA, "", *_listed(CONVERGENCE)]
    lines += ["## lost surplus, distribution", LOSSES, "", *_listed((*LOST, GAINFUL))]
    lines += ["## every table", "The last columns of each.", "", *_listed(KEYS)]
    lines += ["## arms", ARMS, "", *_listed((ARM, BLOCK))]
    lines += [TOURNAMENTS]
    for name, columns in TOURNAMENT.items():
        lines += [f"### {name}", "", *_listed(columns)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _listed(columns: Iterable[Column]) -> list[str]:
    """The columns as the rows of a table, and an empty line."""
    return [*TABLE_HEAD, *(f"| {one.name} | {one.kind} | {one.unit} | {one.text} |" for one in columns), ""]
