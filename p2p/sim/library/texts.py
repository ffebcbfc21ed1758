"""Where the catalogue of sentences comes from: a file in p2p/texts, read once."""

from functools import cache
from pathlib import Path

from p2p.texts.catalogue import Catalogue, parse_catalogue

FOLDER = Path(__file__).resolve().parents[2] / "texts"
ENGLISH = "en"


@cache
def catalogue(language: str = ENGLISH) -> Catalogue:
    """The sentences of a language; raises TextError where the file is wrong, OSError where there is none."""
    return parse_catalogue((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
