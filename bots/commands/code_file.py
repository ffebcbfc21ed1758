"""A code that comes from a file or the environment: any editor's or shell's file, PowerShell's UTF-16 among them."""

import codecs
import os
from typing import BinaryIO

import click

BYTES_MAX = 1_000
"""Of a code's file: a code has eight letters."""


def code_in(file: BinaryIO) -> str:
    """The code in a file; raises UsageError where it is no text, or empty."""
    try:
        data = file.read(BYTES_MAX)
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        code = data.decode("utf-16" if wide else "utf-8-sig").strip()
    except (UnicodeDecodeError, OSError):
        raise click.UsageError(f"--code-file: '{file.name}' is no text; it has a code alone, in UTF-8") from None
    if not code:
        raise click.UsageError(f"--code-file: '{file.name}' is empty; it has a code alone")
    return code


def code_around() -> str:
    """The code in the environment's variable PIT_CODE, or "". Raises UsageError where that is no possible code."""
    code = os.environ.get("PIT_CODE", "").strip()
    if not (code.isascii() and code.isprintable()) or len(code) > BYTES_MAX:
        raise click.UsageError("PIT_CODE holds no code: it has 8 letters and digits")
    return code
