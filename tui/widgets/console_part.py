"""A part of the console: a widget that shows its state."""

from p2p.information.console_state import ConsoleState


class ConsolePart:
    """Mixed into every widget that the console brings up to date."""

    def show(self, state: ConsoleState) -> None:
        """Bring it up to date."""
        raise NotImplementedError
