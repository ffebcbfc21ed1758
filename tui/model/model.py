"""The fold behind a terminal's screens; apps hold it, and screens are handed its views. No Textual in here."""

from p2p.base.units import Seat
from p2p.information.printable_rules import printable_rules
from p2p.information.view_fold import ViewFold
from p2p.scenario.public_rules import PublicRules


class Model(ViewFold):
    """One seat's view, or the public's where `seat` is None, with texts that any terminal can show."""

    def __init__(self, rules: PublicRules, seat: Seat | None) -> None:
        super().__init__(printable_rules(rules), seat)
