"""A published market as a scenario, and its orders and contracts as a recording that is never run anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from p2p.base.rng import derived, stream
from p2p.base.safe_text import safe_name
from p2p.base.units import EXPERIMENTER, GATEWAY, PRICE_MAX, SECOND, Instant, Seat
from p2p.messages import Ask, Bid, Buy, Joined, Message, Open, Sell, Start
from p2p.messages.envelope import Envelope, Event
from p2p.scenario.overrides import InformationSet
from p2p.scenario.schema import InstitutionRules, Scenario
from p2p.scenario.terms import ContractPrice, Terms
from p2p.scenario.validation import contradictions
from p2p.session.rules_versions import RULES
from p2p.session.session import Session
from p2p.sim.shell.atomic_folder import new_file
from recordings.importing.layout import Layout, Structure, laid_out
from recordings.importing.orders import ImportFault, PublishedOrder
from recordings.importing.published_book import PublishedBook
from recordings.journal.format import FILE, Header, RecordChain
from recordings.journal.store import write_whole

ABOUT = "import.json"
"""The origins of an imported market, beside its journal: the people by seat, and the seats that gave no order."""
BREAK_S = 1.0
"""Between two rounds; how long it was, nobody has published."""
PRICE_MAX_LEAST = 999
"""The highest price that may be said, unless somebody said a higher one."""

Step = tuple[Envelope, Instant, list[Event]]


@dataclass(frozen=True)
class PublishedMarket:
    """A market that others ran: its orders, and the rules that it was run by."""

    name: str
    orders: list[PublishedOrder]
    treatment: str = ""
    structure: Structure | None = None
    information: InformationSet = "book"
    contract_price: ContractPrice = "earlier"
    order_life_s: float | None = None
    replace_own: bool = False
    period_s: float = 0.0
    source: str = ""


class About(msgspec.Struct, frozen=True):
    """The file `import.json`. `silent`: seats of whom no order is known; `as_published`: whether the seats are those of
    the published structure, or of those who ordered."""

    treatment: str
    traders: dict[str, str]
    silent: tuple[Seat, ...]
    as_published: bool
    orders: int
    contracts: int


@dataclass(frozen=True)
class Imported:
    """A market laid out: its scenario, its seed, and the seat of each trader."""

    market: PublishedMarket
    layout: Layout
    scenario: Scenario
    seed: int
    seat_of: dict[str, Seat]


def _check_prices(orders: list[PublishedOrder]) -> None:
    """Nobody gets more for a unit than somebody pays; raises ImportFault."""
    paid = {order.deal.number: order.deal.price for order in orders if order.deal and order.role == "buyer"}
    for order in orders:
        deal = order.deal
        if deal is not None and deal.price > paid.get(deal.number, deal.price):
            why = f"the seller of this contract gets more ({deal.price}) than the buyer pays ({paid[deal.number]})"
            raise ImportFault(f"row {order.row}: {why}")


def prepared(market: PublishedMarket) -> Imported:
    """The scenario of a published market; raises ImportFault where it is none."""
    _check_prices(market.orders)
    layout = laid_out(market.orders, market.structure)
    last_s = max(order.at_s for order in market.orders)
    terms = Terms(
        units="one",
        order_life_s=market.order_life_s,
        replace_own=market.replace_own,
        contract_price=market.contract_price,
    )
    said = [order.price for order in market.orders]
    scenario = Scenario(
        title=market.name[:200],
        institution=InstitutionRules(
            min(1, *said), min(PRICE_MAX, max(PRICE_MAX_LEAST, *said)), name="continuous", terms=terms
        ),
        environment=layout.values,
        overrides=layout.overrides,
        periods=max(order.period for order in market.orders),
        period_s=max(market.period_s, float(int(last_s) + 1)),
        break_s=BREAK_S,
        information=market.information,
        start="experimenter",
        spectators="none",
        source=market.source,
    )
    for key, why in contradictions(scenario):
        raise ImportFault(f"row {market.orders[0].row}: the market {market.name} is no scenario: {key} {why}")
    seed = derived(0, "imported", market.name)
    seats = layout.seats(seed)
    return Imported(market, layout, scenario, seed, {trader: seats[row] for trader, row in layout.row_of.items()})


def played(imported: Imported, session: Session) -> Iterator[Step]:
    """The records of a market: everybody who ordered joins, and each order is said when it was said."""
    (market,) = session.markets
    book = PublishedBook()
    book.lend(session.alarms.running, lambda period, number: stream(0, period, number))
    market.institution = book

    def hand_in(envelope: Envelope, at: Instant) -> Step:
        return envelope, at, session.handle(envelope, at)

    yield hand_in(Envelope(GATEWAY, Open()), 0)
    for seat in sorted(imported.seat_of.values()):
        yield hand_in(Envelope(GATEWAY, Joined(seat, "human")), 0)
    yield hand_in(Envelope(EXPERIMENTER, Start(), token=1), 0)
    tokens = dict.fromkeys(imported.seat_of.values(), 0)
    dealt = {order.deal.number: order.at_s for order in imported.market.orders if order.deal}
    began, period = 0, 1
    life_s = imported.market.order_life_s
    for order in imported.market.orders:
        at = 0
        while True:
            due = session.deadline()
            assert due is not None, "the periods of all orders are played"
            at = began + round(order.at_s * SECOND)
            if session.phase == "trading" and session.period == order.period and due > at:
                break
            yield hand_in(session.alarm(), due)
            if session.phase == "trading" and session.period != period:
                began, period = session.now, session.period
        book.coming = order
        book.outlives = bool(order.deal and life_s and dealt[order.deal.number] - order.at_s >= life_s)
        seat = imported.seat_of[order.trader]
        tokens[seat] += 1
        yield hand_in(Envelope(seat, _message(order), token=tokens[seat]), at)
    while (due := session.deadline()) is not None:
        yield hand_in(session.alarm(), due)
    assert session.phase == "ended", "the last period ends the session"


def _message(order: PublishedOrder) -> Message:
    if order.accepts:
        return Buy(order.price) if order.role == "buyer" else Sell(order.price)
    return Bid(order.price) if order.role == "buyer" else Ask(order.price)


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """A new folder, which is gone again where nothing came into it."""
    if folder.exists():
        raise ImportFault(f"{folder} is there already: name another --out")
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield
    finally:
        if not any(folder.iterdir()):
            folder.rmdir()


def keep(imported: Imported, out: Path, code: str) -> Path:
    """Write a market's recording below a folder; the recording's own."""
    market = imported.market
    folder = out / safe_name(market.name)
    with _folder(folder), new_file(folder / FILE) as partial, partial.open("wb") as journal:
        partial.chmod(0o600)
        made = datetime.now(UTC).isoformat(timespec="seconds")
        plain = msgspec.to_builtins(imported.scenario)
        chain = RecordChain()
        journal.write(chain.header(Header(folder.name, RULES, imported.seed, plain, code, made, provenance="imported")))
        session = Session(imported.scenario, imported.seed)
        for step in played(imported, session):
            journal.write(chain.record(*step))
        journal.write(chain.seal(session.digest()))
    seats = imported.layout.seats(imported.seed)
    about = About(
        treatment=market.treatment,
        traders={str(seat): trader for trader, seat in imported.seat_of.items()},
        silent=tuple(sorted(seats[row] for row in imported.layout.silent)),
        as_published=imported.layout.as_published,
        orders=len(market.orders),
        contracts=len({order.deal.number for order in market.orders if order.deal}),
    )
    write_whole(folder / ABOUT, msgspec.json.encode(about))
    return folder
