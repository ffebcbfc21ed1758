"""The page's sentences, server/web/static/texts.json, from the catalogue: `python -m tools.page_texts` writes it.

It has the sentences of en.toml that a page can show, and those of page.toml; `--check` says whether it is up to date.
"""

import json
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXTS = ROOT / "p2p" / "texts"
STATIC = ROOT / "server" / "web" / "static"
TERMINAL = ("keys",)
"""Tables about a terminal's keys, of which a page has none."""
LEFT_OUT = {
    "notice": ("help_asked",),
    "refused": (
        "no_such_seat",
        "no_such_period",
        "void_already",
        "last_period",
        "carries_over",
        "robots_not_mentioned",
        "robot_already",
        "nothing_to_hand_back",
        "no_help_asked",
        "no_period_paid",
        "period_drawn",
    ),
    "stage": ("unknown_key", "scroll"),
    "stage.consent": ("ask", "data_use", "decline", "decline_sure"),
    "closed": ("4003",),
    "rules.heading": ("start",),
    "stage.wait": ("title", "on_the_wall"),
    "stage.text": ("next", "last"),
    "stage.ask": ("choose", "point", "number", "text", "text_keys"),
    "stage.earnings": ("seen",),
    "stage.withdraw": ("key", "ask", "sure", "left_leave"),
}
"""Sentences that name a key, of which the page has its own in page.toml, and those to experimenters."""


def page_texts() -> str:
    """The file's text: tables as in the catalogue."""
    tables = tomllib.loads((TEXTS / "en.toml").read_text()) | tomllib.loads((TEXTS / "page.toml").read_text())
    for name in TERMINAL:
        del tables[name]
    for path, keys in LEFT_OUT.items():
        table = tables
        for name in path.split("."):
            table = table[name]
        for key in keys:
            del table[key]
    return json.dumps(tables, ensure_ascii=False, separators=(",", ":")) + "\n"


def main() -> int:
    """Write the file, or say whether it is as it would be written."""
    target = STATIC / "texts.json"
    if "--check" in sys.argv:
        current = target.exists() and target.read_text() == page_texts()
        if not current:
            print(f"{target.name} is not what the catalogue says: run python -m tools.page_texts")
        return 0 if current else 1
    target.write_text(page_texts())
    return 0


if __name__ == "__main__":
    sys.exit(main())
