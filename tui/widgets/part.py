"""A part of a screen: a widget that shows a view."""

from p2p.information.view_state import ViewState


class Part:
    """Mixed into every widget that a market's screen brings up to date."""

    def show(self, view: ViewState) -> None:
        """Bring it up to date."""
        raise NotImplementedError
