"""The orders of Ikica, Jantschgi, Nax, Nuñez Duran & Pradelski (2023): their columns, structures and treatments.

Source: International Economic Review, doi 10.1111/iere.12630; the data are theirs (OSF gu62n, MIT licence). Each trader
has a unit, and prices are whole. An order lives for about ten seconds; a new one takes the place of the older one.
"""

from dataclasses import dataclass
from pathlib import Path

from p2p.scenario.overrides import InformationSet
from p2p.scenario.terms import ContractPrice
from recordings.importing.layout import Structure
from recordings.importing.orders import (
    PERIODS_MAX,
    TIME_S_MAX,
    Deal,
    ImportFault,
    InOrder,
    PublishedOrder,
    RawRow,
    rows_of,
)

COLUMNS = (
    *("treatment", "game", "round", "time", "id", "side", "valuation", "bid"),
    *("price", "match_id", "match_time", "type", "status"),
)
ORDER_LIFE_S = 10.0
"""About ten seconds in the paper; with the end before a message of its second, most of their contracts are ours."""
ROUND_S, SHORT_ROUND_S = 120.0, 30.0
SOURCE = (
    "Ikica, Jantschgi, Nax, Nuñez Duran & Pradelski (2023), Competitive Market Behavior: Convergence and Asymmetry in "
    "the Experimental Double Auction, International Economic Review, doi 10.1111/iere.12630; orders of people, "
    "OSF gu62n, MIT licence. Published contracts; times in whole seconds."
)
BUYERS, SELLERS = tuple(range(148, 102, -5)), tuple(range(73, 119, 5))


def _structure(buyers: tuple[int, ...] = BUYERS, sellers: tuple[int, ...] = SELLERS) -> Structure:
    return Structure(tuple((value,) for value in buyers), tuple((cost,) for cost in sellers))


def _later(values: tuple[int, ...], first: tuple[int, ...], by: int = 0) -> tuple[tuple[int | None, ...], ...]:
    """The values of rounds 1 to 5 and of rounds 6 to 10 of those who are there in one of them or in both."""
    return tuple((value, value + by) if value not in first else (None, value) for value in values)


_SIDE_CHANGERS = (148, 143)
_SELLER_CHANGERS = (73, 78)
STRUCTURES: dict[str, Structure] = {
    "": _structure(),
    "MoreB": _structure(buyers=BUYERS * 2),
    "MoreS": _structure(sellers=SELLERS * 2),
    "LargeCE": _structure(
        tuple({113: 153, 118: 158}.get(value, value) for value in BUYERS),
        tuple({103: 63, 108: 68}.get(cost, cost) for cost in SELLERS),
    ),
    "Asym": _structure(tuple(value + 20 for value in BUYERS), tuple(cost - 10 for cost in SELLERS)),
    "MoreRounds": _structure(),
    "SShift": Structure(tuple((value,) for value in BUYERS), _later(SELLERS, (), -10), changes=(6,)),
    "FromBtoS": Structure(
        tuple((value, None if value in _SIDE_CHANGERS else value) for value in BUYERS),
        _later(SELLERS, _SELLER_CHANGERS),
        changes=(6,),
    ),
    "FromStoB": Structure(
        _later(BUYERS, _SIDE_CHANGERS),
        tuple((cost, None if cost in _SELLER_CHANGERS else cost) for cost in SELLERS),
        changes=(6,),
    ),
}
"""By the end of a treatment's name; the two that change sides sit out one half of the rounds on either seat."""
INFORMATION: dict[str, InformationSet] = {"Full": "book", "Other": "other_side", "Same": "own_side", "BB": "none"}
"""The information of people, by the beginning of a treatment's name."""
PRICES: dict[str, ContractPrice] = {"MMK": "matchmaker", "Random": "random"}


@dataclass(frozen=True)
class Treatment:
    """A treatment. `structure`: None where it is not known, and then seats are of those who ordered."""

    name: str
    structure: Structure | None
    information: InformationSet = "book"
    contract_price: ContractPrice = "earlier"
    round_s: float = ROUND_S


def treatment_named(name: str) -> Treatment:
    """A treatment by its name; one that is not known has the earlier order's price, and an open book."""
    for begins, information in INFORMATION.items():
        end = name.removeprefix(begins)
        if end == name:
            continue
        if end in PRICES:
            return Treatment(name, STRUCTURES[""], information, PRICES[end])
        if end in STRUCTURES:
            length_s = SHORT_ROUND_S if end == "MoreRounds" else ROUND_S
            return Treatment(name, STRUCTURES[end], information, round_s=length_s)
    return Treatment(name, None)


def read(path: Path) -> dict[tuple[str, str], list[PublishedOrder]]:
    """The orders by treatment and game, in the file's order. Raises ImportFault."""
    kept: dict[tuple[str, str], list[RawRow]] = {}
    in_order = InOrder()
    for row in rows_of(path, COLUMNS):
        market = row.text("treatment"), row.text("game")
        period, at_s = row.whole("round", 1, PERIODS_MAX), row.number_in("time", 0, TIME_S_MAX - 1)
        in_order.check(row, " ".join(market), period, at_s)
        kept.setdefault(market, []).append(row)
    if not kept:
        raise ImportFault(f"{path.name} has no order")
    return {market: _orders(rows) for market, rows in kept.items()}


def _orders(rows: list[RawRow]) -> list[PublishedOrder]:
    """The orders of one market, with their contracts: a contract is of the two rows that name one another."""
    pairs: dict[tuple[str, frozenset[str]], list[RawRow]] = {}
    for row in rows:
        if row.cells["match_id"].strip():
            both = frozenset((row.text("id"), str(row.whole("match_id", 0, 2**53))))
            pairs.setdefault((row.text("round"), both), []).append(row)
    deals: dict[int, Deal] = {}
    for number, ((_, both), of_pair) in enumerate(pairs.items()):
        if sorted(row.role("side") for row in of_pair) != ["buyer", "seller"] or len(both) != 2:
            last = of_pair[-1]
            raise ImportFault(
                f"row {last.number}: match_id {last.text('match_id')[:20]} is not of a buyer and a seller"
            )
        deals |= {row.number: Deal(number, row.money("price")) for row in of_pair}
    seconds = {of_pair[-1].number for of_pair in pairs.values()}
    return [
        PublishedOrder(
            row=row.number,
            period=row.whole("round", 1, PERIODS_MAX),
            at_s=row.number_in("time", 0, TIME_S_MAX),
            trader=row.text("id"),
            role=row.role("side"),
            value=row.money("valuation"),
            price=row.money("bid"),
            deal=deals.get(row.number),
            accepts=row.number in seconds and row.cells["type"].strip() == "Auto",
        )
        for row in rows
    ]
