"""The page's files: read once, each with the tag by which a browser asks whether it has changed."""

import functools
import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent / "static"
PAGE = "index.html"
PAGE_PATHS = ("/", "/watch")
"""The trader's page and the projector's: one file, which looks at its own address."""
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
}
"""Kinds of files that are served: a file of another kind in the folder is not."""


@dataclass(frozen=True)
class Form:
    """Bytes of a file, and their tag."""

    body: bytes
    tag: str


@dataclass(frozen=True)
class StaticFile:
    """One file, as it is and compressed."""

    kind: str
    plain: Form
    compressed: Form


def _form(body: bytes) -> Form:
    return Form(body, f'"{hashlib.sha256(body).hexdigest()[:20]}"')


def read_files(folder: Path) -> dict[str, StaticFile]:
    """The files of a folder by the path of their address; the page itself has the paths of the page."""
    found: dict[str, StaticFile] = {}
    for path in sorted(folder.iterdir()):
        if kind := TYPES.get(path.suffix):
            body = path.read_bytes()
            one = StaticFile(kind, _form(body), _form(gzip.compress(body, mtime=0)))
            found |= dict.fromkeys(PAGE_PATHS, one) if path.name == PAGE else {f"/{path.name}": one}
    return found


@functools.cache
def page_files() -> Mapping[str, StaticFile]:
    """The files of the page that is installed."""
    return read_files(STATIC)
