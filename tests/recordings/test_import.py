"""Published human markets become recordings: their contracts stay theirs, and our rules are checked by their orders."""

import gzip
import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner

import recordings
from p2p.messages import Contract, Message, Order
from p2p.scenario.terms import Terms
from recordings.commands.import_markets import import_markets
from recordings.commands.verify import verify
from recordings.importing import ikica2023
from recordings.importing.conformity import Conformity, pushed
from recordings.importing.layout import laid_out
from recordings.importing.market import Imported, PublishedMarket
from recordings.importing.orders import ImportFault, read_orders
from recordings.importing.run import import_all
from recordings.importing.surplus import surplus_of
from recordings.journal.format import FILE
from recordings.journal.store import read_folder
from recordings.reading.replay import read_replay
from tests import ROOT

HUMANS = ROOT.parent / "shared" / "humans" / "ikica2023.csv.gz"
HEAD = "treatment,game,round,time,id,side,valuation,bid,price,match_id,match_time,type,status\n"
MARKET = """\
BB,1,1,2,5,Seller,73,100,,,,Manual,Expired
BB,1,1,4,7,Buyer,148,90,90.0,6.0,6.0,Manual,Accepted
BB,1,1,6,6,Seller,78,88,90.0,7.0,6.0,Manual,Replaced
BB,1,1,12,9,Buyer,143,100,,,,Manual,Expired
BB,1,2,3,5,Seller,73,95,95.0,9.0,8.0,Manual,Accepted
BB,1,2,8,9,Buyer,143,95,95.0,5.0,8.0,Auto,Accepted
"""
"""In round 1 the ask of 100 has lived for its ten seconds when somebody bids 100: our rules make no contract either."""


def written(folder: Path, rows: str, head: str = HEAD) -> Path:
    file = folder / "orders.csv"
    file.write_bytes((head + rows).encode())
    return file


def imported(folder: Path, rows: str = MARKET) -> Path:
    said = CliRunner().invoke(import_markets, ["ikica2023", str(written(folder, rows)), "--out", str(folder / "out")])
    assert said.exit_code == 0, said.output
    return folder / "out"


def messages(folder: Path) -> list[Message]:
    return [event.message for record in read_folder(folder).records() for event in record.read_events()]


# --- what becomes of a market ----------------------------------------------------------------------------------


def test_a_market_is_a_recording_of_its_published_contracts(tmp_path: Path) -> None:
    folder = imported(tmp_path) / "BB-1"
    kept = recordings.load(folder)
    contracts = [message for message in messages(folder) if isinstance(message, Contract)]
    assert [(one.number, one.price, one.seller_price, one.taken) for one in contracts] == [
        (1, 90, None, "bid"),
        (1, 95, None, "ask"),
    ]
    about = json.loads((folder / "import.json").read_bytes())
    assert sorted(about["traders"].values()) == ["5", "6", "7", "9"]
    assert len(about["silent"]) == 16, "the structure has twenty seats"
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}, "it names who sat where"
    assert (kept.scenario.information, kept.scenario.institution.terms.order_life_s) == ("none", 10.0)
    assert [round(period.efficiency or 0, 3) for period in kept.score().periods] == [0.219, 0.219]


def test_a_market_is_verified_but_not_run_again(tmp_path: Path) -> None:
    folder = imported(tmp_path) / "BB-1"
    said = CliRunner().invoke(verify, [str(folder)])
    assert said.exit_code == 0
    assert "contracts imported, not run again" in said.output
    journal = folder / FILE
    journal.write_bytes(journal.read_bytes().replace(b'"price":90', b'"price":91', 1))
    assert CliRunner().invoke(verify, [str(folder)]).exit_code == 1


def test_a_market_is_shown_again_as_a_trader_saw_it(tmp_path: Path) -> None:
    folder = imported(tmp_path) / "BB-1"
    about = json.loads((folder / "import.json").read_bytes())
    (buyer,) = (int(seat) for seat, trader in about["traders"].items() if trader == "7")
    told = [fact.message for fact in read_replay(folder, seat=buyer).told]
    assert [one.price for one in told if isinstance(one, Contract)] == [90]


def test_orders_leave_as_they_did_by_a_newer_one_by_their_life_or_by_a_trade(tmp_path: Path) -> None:
    rows = MARKET + "BB,1,2,20,6,Seller,78,120,,,,Manual,Replaced\nBB,1,2,22,6,Seller,78,110,,,,Manual,Expired\n"
    folder = imported(tmp_path, rows) / "BB-1"
    gone = [
        (message.price, message.life_us == 0)
        for message in messages(folder)
        if isinstance(message, Order) and message.quantity == 0
    ]
    assert gone == [(90, False), (100, True), (100, True), (95, False), (120, False), (110, True)]


def test_json_is_one_line_with_the_three_figures(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv.gz"
    file.write_bytes(gzip.compress((HEAD + MARKET).replace("\n", "\r\n").encode()))
    said = CliRunner().invoke(import_markets, ["ikica2023", str(file), "--out", str(tmp_path / "out"), "--json"])
    (line,) = said.output.splitlines()
    found = json.loads(line)
    assert (found["markets"], found["contracts_published"], found["contracts_same"]) == (1, 2, 2)
    assert (tmp_path / "out" / "BB-1" / FILE).is_file()


def test_a_treatment_that_is_not_known_has_the_seats_of_those_who_ordered(tmp_path: Path) -> None:
    folder = imported(tmp_path, MARKET.replace("BB,", "Night,")) / "Night-1"
    kept = recordings.load(folder)
    assert kept.scenario.seats == 4
    assert kept.scenario.institution.terms.contract_price == "earlier"
    assert json.loads((folder / "import.json").read_bytes())["silent"] == []


def test_traders_whose_values_change_are_the_structures_or_their_own(tmp_path: Path) -> None:
    rows = "{0},1,1,2,5,Seller,{1},100,,,,Manual,Expired\n{0},1,1,2,7,Buyer,148,90,,,,Manual,Expired\n"
    rows += "{0},1,6,3,5,Seller,{2},95,,,,Manual,Expired\n"
    for name, costs in (("FullSShift", (73, 63)), ("Night", (73, 60))):
        (orders,) = ikica2023.read(written(tmp_path, rows.format(name, *costs))).values()
        layout = laid_out(orders, ikica2023.treatment_named(name).structure)
        row = layout.row_of["5"]
        sellers = [value for role, value in layout.held(6) if role == "seller"]
        assert layout.as_published == (name == "FullSShift")
        assert costs[1] in sellers
        assert costs[0] in [value for role, value in layout.held(5) if role == "seller"]
        assert row >= len(layout.values.buyers)


def test_two_denominators_are_told_side_by_side(tmp_path: Path) -> None:
    (orders,) = ikica2023.read(written(tmp_path, MARKET)).values()
    surplus = surplus_of(orders, laid_out(orders, ikica2023.treatment_named("BB").structure))
    assert (surplus.realised, surplus.of_seats, surplus.of_those_who_ordered) == (70 + 70, 640, 75 + 65 + 70)


# --- our own rules by their orders -----------------------------------------------------------------------------


def test_an_end_of_life_comes_before_an_order_of_its_second(tmp_path: Path) -> None:
    """With a life of eleven seconds our rules would make a contract that people did not."""
    (orders,) = ikica2023.read(written(tmp_path, MARKET)).values()
    ten = pushed(orders, Terms(units="one", order_life_s=10.0, replace_own=True))
    assert ten == Conformity(2, 2)
    eleven = pushed([one for one in orders if one.trader in ("5", "9")], Terms(order_life_s=11.0, replace_own=True))
    assert eleven == Conformity(1, 1)


@pytest.mark.skipif(not HUMANS.is_file(), reason="the published orders are not beside the project (../shared/humans)")
def test_most_published_contracts_are_our_rules_too() -> None:
    """268 of 271 with nothing seen, 1,179 of 1,209 with the open book of larger markets, as a plain script has it."""
    found: dict[str, Conformity] = {}
    for (name, _), orders in ikica2023.read(HUMANS).items():
        if name not in ("BB", "FullMoreS", "FullMoreB", "FullLargeCE"):
            continue
        same = pushed(orders, Terms(units="one", order_life_s=ikica2023.ORDER_LIFE_S, replace_own=True))
        key = "BB" if name == "BB" else "Full"
        found[key] = found.get(key, Conformity(0, 0)) + same
    assert (found["BB"].published, found["Full"].published) == (271, 1_209)
    assert found["BB"].same >= 0.98 * 271
    assert found["Full"].same >= 0.97 * 1_209


# --- anybody's orders ------------------------------------------------------------------------------------------

COLUMNS = "market,period,time_s,trader,side,value,price,contract,contract_price\n"
ANYBODYS = """\
a,1,1.5,anna,buyer,100,70,first,
a,1,2.25,ben,seller,40,65,first,
a,1,3,anna,buyer,100,60,,
a,2,1,anna,buyer,90,64,x,64
a,2,1,ben,seller,40,62,x,62
"""


def test_anybodys_orders_are_imported_with_the_columns_that_are_documented(tmp_path: Path) -> None:
    file = written(tmp_path, ANYBODYS, COLUMNS)
    said = CliRunner().invoke(import_markets, ["orders", str(file), "--out", str(tmp_path / "out"), "--json"])
    assert said.exit_code == 0, said.output
    made = [message for message in messages(tmp_path / "out" / "a") if isinstance(message, Contract)]
    assert [(one.price, one.paid_to_seller) for one in made] == [(70, 70), (64, 62)]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("a,1,3,", "a,1,2,"), "row 4: time runs backwards"),
        (("a,2,1,anna", "a,0,1,anna"), "row 5: period is not within 1"),
        (("ben,seller,40,65", "ben,banker,40,65"), "row 3: side is neither Buyer nor Seller: 'banker'"),
        (("buyer,100,70", "buyer,100,much"), "row 2: price is no number: 'much'"),
        (("buyer,100,70", "buyer,100,70.5"), "row 2: price is no whole number"),
        (("buyer,100,70", "buyer,-1,70"), "row 2: value is not within 0"),
        (("a,1,1.5", "a,1,nan"), "row 2: time_s is not within"),
        (("anna,buyer,100,70,first,", "anna,buyer,100,70,other,"), "row 2: contract 'other' is not of one buyer"),
        (("a,1,3,anna,buyer", "a,1,3,anna,seller"), "row 4: trader anna is on both sides"),
        (("a,1,3,anna,buyer,100", "a,1,3,anna,buyer,99"), "row 4: trader anna has two values in period 1: 100 and 99"),
        (
            ("buyer,90,64,x,64", "buyer,90,64,x,61"),
            "row 6: the seller of this contract gets more (62)",
        ),
        (("a,1,3,anna,buyer,100,60,,", "a,1,3,anna"), "row 4: 4 cells, and there are 9 columns"),
    ],
)
def test_a_file_that_is_wrong_is_one_line_with_its_row_and_leaves_nothing(
    tmp_path: Path, change: tuple[str, str], why: str
) -> None:
    assert change[0] in ANYBODYS
    file = written(tmp_path, ANYBODYS.replace(*change, 1), COLUMNS)
    said = CliRunner().invoke(import_markets, ["orders", str(file), "--out", str(tmp_path / "out")])
    assert said.exit_code == 2
    assert why in said.output
    assert not (tmp_path / "out").exists()


def test_a_file_without_a_column_without_a_row_or_of_other_bytes_is_one_line(tmp_path: Path) -> None:
    for head, rows, why in (
        ("market,period\n", "", "row 1: there is no column time_s"),
        (COLUMNS, "", "has no order"),
        (COLUMNS, "a,1,1,anna,buyer,100,70,,\n", "row 2: the market of this order has no seller"),
    ):
        file = written(tmp_path, rows, head)
        with pytest.raises(ImportFault, match=why):
            [laid_out(orders, None) for orders in read_orders(file).values()]
    (tmp_path / "orders.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ImportFault, match="no text in UTF-8"):
        read_orders(tmp_path / "orders.csv")


def test_windows_line_ends_and_a_byte_order_mark_are_read_as_any_others(tmp_path: Path) -> None:
    plain = read_orders(written(tmp_path, ANYBODYS, COLUMNS))
    (tmp_path / "orders.csv").write_bytes(b"\xef\xbb\xbf" + (COLUMNS + ANYBODYS).replace("\n", "\r\n").encode())
    assert read_orders(tmp_path / "orders.csv") == plain


def test_a_bar_goes_on_with_each_market_that_is_written(tmp_path: Path) -> None:
    shown: list[str] = []

    def each(markets: list[Imported]) -> Iterator[Imported]:
        for one in markets:
            yield one
            shown.append(one.market.name)

    sound = [
        PublishedMarket(name, orders) for name, orders in read_orders(written(tmp_path, ANYBODYS, COLUMNS)).items()
    ]
    import_all(sound, tmp_path / "out", "1", lambda markets: nullcontext(each(markets)))
    assert shown == [market.name for market in sound]


def test_a_recording_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    out = imported(tmp_path)
    said = CliRunner().invoke(import_markets, ["ikica2023", str(tmp_path / "orders.csv"), "--out", str(out)])
    assert said.exit_code == 2
    assert "is there already: name another --out" in said.output
