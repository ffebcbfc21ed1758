"""A sheet to print and sign: names and amounts, and nothing from which seats or gains could be read."""

from collections.abc import Mapping, Sequence
from html import escape

from p2p.base.display_name import display_name
from recordings.scoring.payments import NAME_MAX, PaymentRow, Payments

STYLE = """
  @page { size: A4; margin: 18mm 16mm; }
  body { font: 11pt/1.4 system-ui, sans-serif; color: #111; margin: 0 auto; max-width: 178mm; }
  h1 { font-size: 16pt; margin: 0 0 1mm; }
  p { margin: 0 0 5mm; color: #555; }
  table { border-collapse: collapse; width: 100%; table-layout: fixed; }
  thead { display: table-header-group; }
  th { text-align: left; font-weight: 600; border-bottom: 0.5mm solid #111; padding: 1mm 3mm 1mm 0; }
  td { height: 12mm; vertical-align: bottom; border-bottom: 0.2mm solid #bbb; padding: 3mm 3mm 1mm 0; }
  tr { break-inside: avoid; }
  .name { overflow-wrap: anywhere; }
  .amount { width: 32mm; text-align: right; padding-right: 10mm; font-variant-numeric: tabular-nums;
            white-space: nowrap; }
  .signature { width: 76mm; padding-right: 0; }
  td.signature div { border-bottom: 0.3mm solid #111; margin-bottom: 1mm; }
  td.signature.paid { color: #111; font-weight: 600; }
"""


def pay_sheet(payments: Payments, rows: Sequence[tuple[str, PaymentRow]], paid: Mapping[str, str]) -> str:
    """The page. `rows`: each with its key; `paid`: by key, when it was paid. People alone are on it, by name."""
    people = sorted(((_who(key, row), key, row) for key, row in rows if row.is_person), key=_by_name)
    body = "\n".join(_line(who, row.amount, payments.currency, paid.get(key)) for who, key, row in people)
    nobody = "" if payments.payment else "<p>Nobody is paid in this session.</p>"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Payments</title>
<style>{STYLE}</style>
</head>
<body>
<h1>Payments</h1>
<p>Session of {escape(payments.made)}. I have received the amount beside my name.</p>{nobody}
<table>
<thead><tr><th class="name">Name</th><th class="amount">Amount</th><th class="signature">Signature</th></tr></thead>
<tbody>
{body}
</tbody>
</table>
</body>
</html>
"""


def _by_name(item: tuple[str, str, PaymentRow]) -> tuple[str, int, str]:
    who, key, _ = item
    return who.casefold(), len(key), key


def _who(key: str, row: PaymentRow) -> str:
    """A person's name, else their label, else their card."""
    given = display_name(row.name, NAME_MAX) or display_name(row.label, NAME_MAX)
    return given or (f"Card {key}" if row.card else f"Without a seat {key[1:]}")


def _line(who: str, amount: str, currency: str, paid: str | None) -> str:
    signed = '<td class="signature"><div></div></td>'
    if paid is not None:
        signed = f'<td class="signature paid">✓ paid, {escape(paid[:16].replace("T", " "))} UTC</td>'
    money = f"{escape(amount)} {escape(currency)}".strip()
    return f'<tr><td class="name">{escape(who)}</td><td class="amount">{money}</td>{signed}</tr>'
