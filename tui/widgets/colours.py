"""The colours of charts on a light screen, as on a wall in a lit room: darker ones of the same hue.

On a dark screen they are Okabe and Ito's, which those who are colour-blind tell apart. Shapes and words differ too.
"""

from textual.theme import Theme

ON_LIGHT = {
    "#56b4e9": "#00568a",
    "#e69f00": "#a34a00",
    "#ffffff": "#111111",
    "#f0e442": "#7a5c00",
    "#009e73": "#00694d",
    "#777777": "#999999",
}
"""By the colour on a dark screen; others stay."""
LIGHT = Theme(
    name="pit-light",
    primary="#004578",
    secondary="#0178d4",
    accent="#7a3e00",
    warning="#8a5a00",
    error="#ba1a1a",
    success="#1b6b2f",
    foreground="#111111",
    background="#ffffff",
    surface="#f2f2f2",
    panel="#e4e4e4",
    dark=False,
    variables={"bid": ON_LIGHT["#56b4e9"], "ask": ON_LIGHT["#e69f00"], "panel-lighten-2": "#8a8a8a"},
)
"""The light look."""


def shaded(text: str, dark: bool) -> str:
    """A colour, or a text with colours in it, for a dark or a light screen."""
    if dark:
        return text
    for colour, darker in ON_LIGHT.items():
        text = text.replace(colour, darker)
    return text
