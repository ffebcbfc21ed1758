"""The command `pit import`: markets that others ran and published, as recordings."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from recordings.importing.market import Imported, PublishedMarket

OUT = click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="A folder for the recordings."
)
JSON = click.option("--json", "as_json", is_flag=True, help="One line of JSON in the place of the table.")


@click.group("import", epilog="Example: pit import ikica2023 ikica2023.csv.gz --out humans")
def import_markets() -> None:
    """Write published human markets as recordings, one folder a market, and check our own rules by them.

    The contracts are the published ones. `pit verify`, `score`, `tables` and `replay` read such recordings.
    docs/import.md says more.
    """


@import_markets.command("ikica2023", epilog="Example: pit import ikica2023 ikica2023.csv.gz --out humans")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@OUT
@JSON
def ikica2023(file: Path, out: Path, as_json: bool) -> None:
    """Import FILE, the orders of Ikica et al. (2023): a CSV, packed by gzip or not."""
    from recordings.importing import ikica2023 as source
    from recordings.importing.market import PublishedMarket

    def markets() -> list[PublishedMarket]:
        found = []
        for (name, game), orders in source.read(file).items():
            treatment = source.treatment_named(name)
            found.append(
                PublishedMarket(
                    name=f"{name}-{game}",
                    orders=orders,
                    treatment=name,
                    structure=treatment.structure,
                    information=treatment.information,
                    contract_price=treatment.contract_price,
                    order_life_s=source.ORDER_LIFE_S,
                    replace_own=True,
                    period_s=treatment.round_s,
                    source=source.SOURCE,
                )
            )
        return found

    _run(markets, out, as_json)


@import_markets.command("orders", epilog="Example: pit import orders market.csv --out humans --order-life-s 10")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@OUT
@click.option("--order-life-s", type=click.FloatRange(0.001, 86_400), help="Seconds for which an order lived.")
@click.option("--replace-own", is_flag=True, help="A trader's new order took the place of their older one.")
@JSON
def orders(file: Path, out: Path, order_life_s: float | None, replace_own: bool, as_json: bool) -> None:
    """Import FILE, a CSV with an order a row; docs/import.md has its columns."""
    from recordings.importing.market import PublishedMarket
    from recordings.importing.orders import read_orders

    def markets() -> list[PublishedMarket]:
        return [
            PublishedMarket(name, given, order_life_s=order_life_s, replace_own=replace_own, source=file.name)
            for name, given in read_orders(file).items()
        ]

    _run(markets, out, as_json)


def _bar(markets: "list[Imported]") -> "AbstractContextManager[Iterable[Imported]]":
    """The markets one by one, with a bar where there is a terminal: a large file takes some seconds."""
    import sys
    from contextlib import nullcontext

    return click.progressbar(markets, label="markets", file=sys.stderr) if sys.stderr.isatty() else nullcontext(markets)


def _run(markets: Callable[[], "list[PublishedMarket]"], out: Path, as_json: bool) -> None:
    import json
    from importlib.metadata import version

    from p2p.sim.shell.cli_options import UsageError
    from recordings.importing.conformity import Conformity, compared
    from recordings.importing.orders import ImportFault
    from recordings.importing.run import import_all

    try:
        done = import_all(markets(), out, version("tradingpit"), _bar)
    except ImportFault as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"cannot write into {out}: {error.strerror}") from None
    whole = sum((one.conformity for one in done), start=Conformity(0, 0))
    count = sum(one.markets for one in done)
    if as_json:
        treatments = {
            one.name: {
                "markets": one.markets,
                "contracts_published": one.conformity.published,
                "contracts_same": one.conformity.same,
                "compared": compared(one.contract_price),
                "silent_seats": one.silent,
                "efficiency_seats": one.surplus.shares()[0],
                "efficiency_ordered": one.surplus.shares()[1],
            }
            for one in done
        }
        figures = {"markets": count, "contracts_published": whole.published, "contracts_same": whole.same}
        click.echo(json.dumps({**figures, "treatments": treatments}))
        return
    click.echo(f"{'treatment':<14} markets  contracts  ours too  rate     efficiency: seats  who ordered  compared")
    for one in done:
        rate, shares = one.conformity.rate, one.surplus.shares()
        said = "–" if rate is None else f"{100 * rate:.1f} %"
        of_seats, ordered = ("–" if share is None else f"{share:.3f}" for share in shares)
        line = (
            f"{one.name[:14]:<14} {one.markets:>7}  {one.conformity.published:>9}  {one.conformity.same:>8}  {said:<7}"
        )
        seats = "" if one.as_published else "; seats from who ordered"
        click.echo(f"{line}  {of_seats:>17}  {ordered:>11}  {compared(one.contract_price)}{seats}")
    click.echo(f"{count} recordings in {out}: {whole.published} published contracts, {whole.same} of them ours too")
