"""All markets of a file as recordings, with what our own rules make of their orders."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from p2p.scenario.terms import ContractPrice
from recordings.importing.conformity import Conformity, pushed
from recordings.importing.market import Imported, PublishedMarket, keep, prepared
from recordings.importing.surplus import Surplus, surplus_of

Shown: TypeAlias = Callable[[list[Imported]], AbstractContextManager[Iterable[Imported]]]


@dataclass(frozen=True)
class TreatmentDone:
    """The markets of one treatment."""

    name: str
    contract_price: ContractPrice
    markets: int
    silent: int
    as_published: bool
    conformity: Conformity
    surplus: Surplus


def import_all(
    markets: Iterable[PublishedMarket], out: Path, code: str, shown: Shown = nullcontext
) -> list[TreatmentDone]:
    """Write a recording of each market; each treatment's figures, in the file's order. Raises ImportFault.

    All markets are laid out before the first is written: a file with a wrong row leaves nothing behind.
    `shown` hands them on one by one, and may draw how far it is.
    """
    done: dict[str, TreatmentDone] = {}
    ready = [prepared(market) for market in markets]
    with shown(ready) as each:
        for one in each:
            keep(one, out, code)
            market, layout = one.market, one.layout
            conformity = pushed(market.orders, one.scenario.institution.terms)
            surplus = surplus_of(market.orders, layout)
            before = done.get(market.treatment)
            done[market.treatment] = TreatmentDone(
                name=market.treatment,
                contract_price=market.contract_price,
                markets=1 + (before.markets if before else 0),
                silent=len(layout.silent) + (before.silent if before else 0),
                as_published=layout.as_published and (before is None or before.as_published),
                conformity=conformity + before.conformity if before else conformity,
                surplus=surplus + before.surplus if before else surplus,
            )
    return list(done.values())
