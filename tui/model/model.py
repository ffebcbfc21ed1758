"""The content of a terminal: the view of the seat, and the format of its market's numbers. No Textual in here."""

from p2p.base.units import Seat
from p2p.information.printable_rules import printable_rules
from p2p.information.view_fold import ViewFold
from p2p.scenario.public_rules import PublicRules
from tui.model.number_format import NumberFormat


class Model(ViewFold):
    """One seat's screen, or the public's where `seat` is None."""

    def __init__(self, rules: PublicRules, seat: Seat | None) -> None:
        plain = printable_rules(rules)
        super().__init__(plain, seat)
        self.figures = NumberFormat(plain)
