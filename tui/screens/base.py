"""A screen that an app can bring up to date."""

from textual.screen import Screen

from p2p.information.view_state import ViewState


class LabScreen(Screen[None]):
    """The screens of a session: each draws a view, and knows nothing else."""

    def draw(self, view: ViewState) -> None:
        """Bring the screen up to date."""
        raise NotImplementedError
