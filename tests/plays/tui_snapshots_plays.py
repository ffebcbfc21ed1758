"""What the tests of tui snapshots share with others."""

from textual.pilot import Pilot

from tui.apps.base import LabApp


async def settled(pilot: Pilot[object], app: LabApp) -> None:
    """Drawn until the layout and what is in it agree."""
    for _ in range(3):
        await pilot.pause()
        app.draw()
    await pilot.pause()
