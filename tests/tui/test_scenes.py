"""A picture of every screen: each institution in each phase, on the smallest terminal and on a large one.

After a change that is meant: pytest tests/tui/test_scenes.py --snapshot-update, and look at the pictures that changed.
"""

from collections.abc import Callable

import pytest

from tests.plays.tui_scenes import SCENES, Scene, played

SIZES = [(80, 24), (120, 36)]


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36"])
@pytest.mark.parametrize("scene", SCENES, ids=[scene.name for scene in SCENES])
def test_a_scene_looks_as_somebody_has_seen_it(
    snap_compare: Callable[..., bool], scene: Scene, size: tuple[int, int]
) -> None:
    app, play = played(scene)
    assert snap_compare(app, run_before=play, terminal_size=size)
