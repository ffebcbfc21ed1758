"""QR codes of links: for phones that look at a terminal, at a projector, at a card or at a page."""

import functools
import sys
from typing import TextIO

from p2p.sim.shell.plain_output import is_utf_8

QUIET = 2
"""Light modules round a code on a screen: nothing near it looks like a code. On paper there are four."""
QUIET_ON_PAPER = 4
HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
"""Two modules, one above the other, as one sign: a sign is twice as high as it is wide."""
BLACK_ON_WHITE, AS_BEFORE = "\x1b[30;47;107m", "\x1b[0m"
"""Colours of their own, however a terminal is set; the brighter white where it is known."""
BESIDE = 2
"""Columns left of a code."""


@functools.lru_cache(maxsize=16)
def modules(text: str, quiet: int = QUIET) -> tuple[tuple[int, ...], ...]:
    """The code's modules by rows, 1 for a dark one."""
    import segno

    code = segno.make_qr(text, error="l")  # a better level is taken where the same size has it
    return tuple(tuple(int(module) for module in row) for row in code.matrix_iter(border=quiet))


def rows(text: str) -> list[str]:
    """The code in half blocks, dark ones drawn: to be shown black on white."""
    dark = [*modules(text)]
    if len(dark) % 2:
        dark.append((0,) * len(dark[0]))
    return [
        "".join(HALVES[pair] for pair in zip(*pair, strict=True)) for pair in zip(dark[::2], dark[1::2], strict=True)
    ]


def svg(text: str, label: str) -> str:
    """The code as a picture of its own size, without any address in it; `label` for those who do not see it."""
    from html import escape

    dark = modules(text, QUIET_ON_PAPER)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(dark) for x, is_dark in enumerate(row) if is_dark)
    size = len(dark)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" '
        f'aria-label="{escape(label)}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{path}"/></svg>'
    )


def for_terminal(text: str, columns: int, lines: int, stream: TextIO | None = None) -> list[str]:
    """The code's lines for a terminal of so many columns and lines; none where it has no room, or is no terminal."""
    out = stream or sys.stdout
    if not out.isatty() or not is_utf_8(out.encoding):
        return []
    drawn = rows(text)
    if len(drawn[0]) + BESIDE > columns or len(drawn) >= lines:
        return []
    return [f"{' ' * BESIDE}{BLACK_ON_WHITE}{row}{AS_BEFORE}" for row in drawn]
