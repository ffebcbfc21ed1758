"""Several scored sessions side by side, a row each."""

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from p2p.base.safe_text import printable
from p2p.sim.simulation.about import treatment
from recordings.reports.parts import said, share_of, text_table
from recordings.scoring.score import Score


def sessions_table(scored: Sequence[Score]) -> Table:
    """Each session as a whole; EM and V in shares of the possible gains, for their money may differ."""
    columns = ("periods", "efficiency", "missed (V)", "beyond margin (EM)", "alpha %", "units")
    table = text_table(f"{len(scored)} sessions", "session", "treatment", *columns)
    table.columns[1].justify = "left"
    for one in scored:
        whole = one.whole
        missed, beyond = (share_of(part, whole.surplus_max) for part in (whole.missed, whole.extramarginal))
        named = escape(printable(one.name)), escape(printable(treatment(one.scenario)))
        cells = str(len(one.periods)), said(whole.efficiency, 3), missed, beyond, said(whole.alpha, 1)
        table.add_row(*named, *cells, str(whole.quantity))
    return table
