"""Cards for seats as a page to print: number, address and code, and a QR code of the link with the code in it."""

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path

import click

from p2p.base.safe_text import printable
from p2p.protocol.server_address import os_sentence, page_link
from p2p.sim.shell.qr_code import svg

STYLE = """
  @page { size: A4; margin: 12mm; }
  body { font: 11pt/1.35 system-ui, sans-serif; color: #111; margin: 0; }
  main { display: grid; grid-template-columns: 1fr 1fr; }
  .card { box-sizing: border-box; height: 66mm; padding: 5mm 6mm; border: 0.3mm dashed #888; margin: -0.15mm;
          break-inside: avoid; display: grid; grid-template-columns: 1fr 26mm; column-gap: 4mm;
          align-content: space-between; }
  .head { grid-column: 1 / 3; display: flex; justify-content: space-between; gap: 4mm; }
  .title { font-weight: 600; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
  .number { color: #555; white-space: nowrap; }
  .code { font: 700 22pt/1.1 ui-monospace, "DejaVu Sans Mono", monospace; letter-spacing: 0.08em; margin: 1mm 0; }
  .none { font-size: 10pt; color: #555; }
  ol { margin: 0; padding-left: 5mm; font-size: 10pt; }
  .command { font: 9pt ui-monospace, "DejaVu Sans Mono", monospace; display: inline-block; overflow-wrap: anywhere; }
  .qr svg { width: 26mm; height: 26mm; display: block; }
  .else { font-size: 9pt; color: #555; margin-top: 1mm; }
  .qr { align-self: end; }
"""


def seats_sheet(title: str, url: str, cards: Sequence[tuple[int, str]], class_code: str = "") -> str:
    """The page. `cards`: numbers from 1, and codes; "" where a code cannot be read again. With a class code all cards
    have it, unless they have a code of their own, and no number: the seat is given at joining."""
    head = escape(printable(title)) or "A market"
    body = "\n".join(_card(head, url, number, code, class_code) for number, code in cards)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{head}: cards</title>
<style>{STYLE}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _card(title: str, url: str, number: int, code: str, class_code: str) -> str:
    shared = bool(class_code) and not code
    shown = class_code if shared else code
    typed = f'<div class="code">{escape(grouped(shown))}</div>' if shown else _NO_CODE
    kind = "class code" if shared else f"card {number}"
    third = "<li>Type your name.</li>" if class_code else ""
    return f"""<section class="card">
<div class="head"><span class="title">{title}</span><span class="number">{kind}</span></div>
<div><div>Your code</div>{typed}
<ol><li>Scan the square, or open <span class="command">{escape(page_link(url))}</span> in a browser.</li>
<li>Type the code. Blanks and small letters are fine.</li>{third}</ol>
<div class="else">In a terminal: <span class="command">pit trade {escape(url)}</span></div></div>
<div class="qr">{svg(page_link(url, shown), "QR code of the link")}</div>
</section>"""


_NO_CODE = '<div class="none">as on your old card; the experimenter can give you a new one</div>'


def grouped(code: str) -> str:
    """A code in two halves, which are easier to read and to type."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"


def write_sheet(path: Path, title: str, url: str, cards: Sequence[tuple[int, str]], class_code: str = "") -> None:
    """Write the page, readable by its owner alone: there are codes on it. Raises ClickException."""
    text = seats_sheet(title, url, cards, class_code)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(file, "w", encoding="utf-8") as sheet:
            if hasattr(os, "fchmod"):
                os.fchmod(file, 0o600)
            sheet.write(text)
    except OSError as error:
        raise click.ClickException(f"the cards cannot be written to {path}: {os_sentence(error)}") from error
