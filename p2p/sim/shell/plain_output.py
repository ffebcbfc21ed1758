"""Output where the encoding is not UTF-8 (a redirection on Windows, an old locale): signs become ASCII's likes."""

import codecs
import contextlib
import errno
import os
import sys
import unicodedata

LIKES = {
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("─━╌┄╴╶", "-"),
    **dict.fromkeys("│┃╎┆▏", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛╸╺", "+"),
    **dict.fromkeys("‘’‚", "'"),
    **dict.fromkeys("“”„«»", '"'),
    "→": "->",
    "←": "<-",
    "↑": "^",
    "↓": "v",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
    "…": "...",
    "×": "x",
    "·": ".",
    "•": "*",
    "●": "*",
    "○": "o",
    "✂": "8<",
    "✘": "x",
    "✓": "ok",
    "✔": "ok",
    "±": "+-",
    "²": "2",
    "³": "3",
    "α": "alpha",
    "τ": "tau",
    "ε": "eps",
    "µ": "u",
    "μ": "u",
    "π": "pi",
    "σ": "sigma",
    "Δ": "delta",
    "∞": "inf",
}
"""Signs beyond ASCII in the lab's own texts, each with its replacement."""
HANDLER = "pit.plain"
UTF_8 = "set PYTHONUTF8=1, or a locale with UTF-8"


def plain(text: str) -> str:
    """A text in ASCII, as near as it gets."""
    return "".join(_like(letter) for letter in text)


def _like(letter: str) -> str:
    if letter in LIKES:
        return LIKES[letter]
    return unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode() or "?"


def _handle(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


def is_utf_8(encoding: str | None) -> bool:
    """Whether an encoding has every sign."""
    try:
        return codecs.lookup(encoding or "ascii").name.startswith("utf")
    except LookupError:
        return False


def forget_output() -> None:
    """Nobody reads standard output any more: later output, at the end of the process too, goes nowhere."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def is_full(error: OSError) -> bool:
    """Whether an error means that there is no room to write to."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def make_printable() -> None:
    """Let standard output and error take every text; a terminal that is not UTF-8 is told so, once."""
    codecs.register_error(HANDLER, _handle)
    narrow = list[str]()
    for stream in (sys.stdout, sys.stderr):
        encoding = getattr(stream, "encoding", None)
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if is_utf_8(encoding):
            reconfigure(errors="replace")  # names of files that are not UTF-8
            continue
        reconfigure(errors=HANDLER)
        if stream.isatty():
            narrow.append(encoding or "ascii")
    if narrow and sys.stderr is not None:
        with contextlib.suppress(OSError):
            said = f"pit: this terminal is {narrow[0]}, not UTF-8: some signs are shown as their likes; {UTF_8}"
            print(said, file=sys.stderr)
