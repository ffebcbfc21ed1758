"""A screen that an app can bring up to date."""

from textual.screen import Screen

from p2p.base.units import Instant
from tui.model.model import Model


class LabScreen(Screen[None]):
    """The screens of a session: each draws the model as it is at an instant of the session's clock."""

    def draw_model(self, model: Model, now: Instant) -> None:
        """Bring the screen up to date."""
        raise NotImplementedError
