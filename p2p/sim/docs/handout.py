"""Pages to print for a session: instructions, a record sheet, a text to read aloud, from the screens' own texts."""

from collections.abc import Iterator
from html import escape

from markdown_it import MarkdownIt

from p2p.base.safe_text import printable
from p2p.information.rules_text import paragraphs
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import InducedValues, Scenario
from p2p.scenario.stages import (
    Consent,
    Debrief,
    Earnings,
    Practice,
    Questionnaire,
    Questions,
    Reading,
    Stage,
    Trade,
)
from p2p.texts.catalogue import Catalogue

UNITS_MAX = 6
"""Rows of a period on the record sheet at the most: with more units a trader writes sums."""
PERIODS_MAX = 60
"""Rows of the record sheet for periods at the most: two pages."""
STYLE = """
  @page { size: A4; margin: 18mm 18mm 16mm; }
  body { font: 12pt/1.45 system-ui, "DejaVu Sans", sans-serif; color: #111; max-width: 174mm; margin: 0 auto; }
  h1 { font-size: 18pt; margin: 0 0 4mm; } h2 { font-size: 13pt; margin: 7mm 0 2mm; break-after: avoid; }
  h3 { font-size: 11.5pt; margin: 4mm 0 1mm; break-after: avoid; }
  @media screen { body { padding: 12mm; } } div p:first-child { margin-top: 0; } div p:last-child { margin-bottom: 0; }
  p, li { orphans: 3; widows: 3; } .quiet { color: #555; font-size: 10pt; }
  table { width: 100%; table-layout: fixed; border-collapse: collapse; break-inside: auto; } tr { break-inside: avoid; }
  th { text-align: left; font-size: 10pt; border-bottom: 0.5mm solid #111; padding: 1mm 2mm; }
  td { height: 8.5mm; border: 0.2mm solid #888; padding: 0 2mm; } td.name { color: #333; }
  tr.block td { height: auto; border: 0; font-weight: 600; padding: 4mm 0 1mm; }
  .lines { display: flex; gap: 10mm; margin: 4mm 0 2mm; } .lines span { flex: 1; border-bottom: 0.2mm solid #555; }
  .say { border-left: 1mm solid #111; padding: 0.5mm 0 0.5mm 5mm; margin: 2mm 0; }
  .do { background: #eee; padding: 2mm 3mm; margin: 2mm 0; font-size: 11pt; }
  code { font: 10.5pt ui-monospace, "DejaVu Sans Mono", monospace; }
"""

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def pages(scenario: Scenario, texts: Catalogue) -> dict[str, str]:
    """The pages by their file's name."""
    return {
        "instructions.html": instructions(scenario, texts),
        "record-sheet.html": record_sheet(scenario),
        "script.html": script(scenario, texts),
    }


def _page(scenario: Scenario, kind: str, body: str) -> str:
    title = escape(printable(scenario.shown_title)) or "A market"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}: {kind}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _rendered(text: str) -> str:
    """A text in Markdown as HTML; tags in it are text."""
    return str(_markdown.render(printable(text, lines=True))).strip()


# --- instructions -------------------------------------------------------------------------------------------------


def instructions(scenario: Scenario, texts: Catalogue) -> str:
    """Texts that people read before they trade, and the rules of the market. No value, no later treatment."""
    title = escape(printable(scenario.shown_title)) or "A market"
    parts = [f"<h1>{title}</h1>"]
    for stage in scenario.stage:
        match stage:
            case Consent(title=name, text=text):
                parts.append(_section(name or "Before we begin", _with_consequence(scenario, text, texts)))
            case Reading(title=name, pages=read):
                parts.append(_section(name or "Instructions", "\n\n".join(read)))
            case _:  # questions are answered on the screen; the debriefing comes after the last period
                pass
    parts.append("<h2>The rules</h2>")
    for heading, text in paragraphs(public_rules(scenario), texts):
        shown = "".join(f"<p>{escape(printable(line))}</p>" for line in text.splitlines() if line.strip())
        parts.append(f"<h3>{escape(heading)}</h3>{shown}")
    return _page(scenario, "instructions", "\n".join(parts))


def _with_consequence(scenario: Scenario, text: str, texts: Catalogue) -> str:
    """The form with the consequence of failed control questions, where these decide who trades."""
    decides = any(isinstance(one, Questions) and one.at_cap == "base_pay" for one in scenario.stage)
    return f"{text}\n\n{texts.text('rules.earn.pay_questions')}" if decides else text


def _section(name: str, text: str) -> str:
    return f"<h2>{escape(printable(name))}</h2>\n{_rendered(text)}"


# --- the record sheet ---------------------------------------------------------------------------------------------


def record_sheet(scenario: Scenario) -> str:
    """A table to fill in: a row for each unit of each period, with value or cost, price and gain."""
    title = escape(printable(scenario.shown_title)) or "A market"
    rows = list(_rows(scenario))
    energy = scenario.capabilities.trades_energy
    heads = ("Period", "Energy", "Price", "Gain") if energy else ("Period", "Value or cost", "Price", "Gain")
    head = "".join(f"<th>{one}</th>" for one in heads)
    how = (
        "Write down what you bought or sold, at which price, and your gain as the screen shows it."
        if energy
        else "A buyer's gain is value minus price. A seller's gain is price minus cost. Less charges, where your "
        "screen tells of any. A unit that you did not trade has no price and no gain."
    )
    body = (
        f"<h1>Record sheet</h1>\n<p>{title}</p>\n"
        '<div class="lines"><span>Card</span><span>I am a buyer / a seller</span></div>\n'
        f'<p class="quiet">{how} Keep this sheet private.</p>\n'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n" + "\n".join(rows) + "\n</tbody>\n</table>"
    )
    return _page(scenario, "record sheet", body)


def _rows(scenario: Scenario) -> Iterator[str]:
    number = 0
    for stage in scenario.stage or (Trade(periods=scenario.periods),):
        match stage:
            case Practice(periods=periods):
                yield _block(f"{stage.title or 'Practice'}: does not count")
                for period in range(1, min(periods, PERIODS_MAX) + 1):
                    yield from _period(f"practice {period}", _units(scenario, stage))
            case Trade(periods=periods):
                if scenario.stage:
                    yield _block(f"{_neutral(scenario, stage)}: counts")
                for _ in range(periods):
                    number += 1
                    if number <= PERIODS_MAX:
                        yield from _period(str(number), _units(scenario, None))
            case _:
                pass
    yield '<tr><td class="name">Sum</td><td></td><td></td><td></td></tr>'


def _neutral(scenario: Scenario, stage: Trade) -> str:
    """The heading of a trade stage; the first one's for all, so that no sheet tells of a later treatment."""
    first = next(one for one in scenario.stage if isinstance(one, Trade))
    return first.title or "The market" if stage is first else "The market, continued"


def _block(text: str) -> str:
    return f'<tr class="block"><td colspan="4">{escape(printable(text))}</td></tr>'


def _period(name: str, units: int) -> Iterator[str]:
    for unit in range(1, units + 1):
        shown = name if units == 1 else f"{name}, unit {unit}"
        yield f'<tr><td class="name">{shown}</td><td></td><td></td><td></td></tr>'


def _units(scenario: Scenario, practice: Practice | None) -> int:
    """Rows of a period: the units of the trader who has most, one where these are too many."""
    table = scenario.environment
    if not isinstance(table, InducedValues):
        return 1
    schedules = (*table.buyers, *table.sellers)
    if practice is not None:
        schedules = (*(practice.buyers or table.buyers), *(practice.sellers or table.sellers))
    most = max((len(one) for one in schedules), default=1)
    return most if most <= UNITS_MAX else 1


# --- the text to read aloud ---------------------------------------------------------------------------------------


def script(scenario: Scenario, texts: Catalogue) -> str:
    """The experimenter's acts and words, stage by stage, with the stages' own texts."""
    title = escape(printable(scenario.shown_title)) or "A market"
    parts = [
        f"<h1>Script: {title}</h1>",
        '<p class="quiet">Text beside a line is read aloud. Text on grey is for you. '
        "Keep this script out of sight: it has the debriefing.</p>",
        "<h2>Welcome</h2>",
        _do("All have a card, a record sheet, and a terminal with <code>pit trade</code>. The console shows the people who have come."),
        _say("Welcome. Please type the code, and do not talk to one another from now on. If you need help, press f."),
        _do("When the roster is complete, press <code>s</code> at the console, or <code>pit ctl URL start</code>."),
    ]
    if not scenario.stage:
        read = [text for _, text in paragraphs(public_rules(scenario), texts)]
        parts += ["<h2>Instructions</h2>", *(_say(escape(printable(text, lines=True))) for text in read)]
        parts += ["<h2>The market</h2>", _say(f"There are {scenario.periods} periods. Each of them counts.")]
    for number, stage in enumerate(scenario.stage, 1):
        parts.append(f"<h2>{number}. {escape(printable(stage.title)) or _named(stage)}</h2>")
        parts += _spoken(scenario, stage, texts) if not isinstance(stage, Trade) else _traded(scenario, number - 1, stage)
        parts.append(_do(_goes_on(stage)))
    parts += ["<h2>The end</h2>", _say("Thank you. Please leave your record sheet, and take your things.")]
    return _page(scenario, "script", "\n".join(parts))


def _say(shown: str) -> str:
    return f'<div class="say">{shown if shown.startswith("<") else f"<p>{shown}</p>"}</div>'


def _do(shown: str) -> str:
    return f'<p class="do">{shown}</p>'


def _named(stage: Stage) -> str:
    return str(stage.__struct_config__.tag).capitalize()


def _spoken(scenario: Scenario, stage: Stage, texts: Catalogue) -> Iterator[str]:
    match stage:
        case Consent(text=text):
            yield _say(_rendered(_with_consequence(scenario, text, texts)))
            yield _say("Please answer on your screen.")
        case Reading(pages=read) | Debrief(pages=read):
            for one in read:
                yield _say(_rendered(one))
        case Questions():
            yield _say("Please answer the questions on your screen. After a wrong answer you can try again.")
        case Questionnaire():
            yield _say("Please answer the questions on your screen. No answer is right or wrong.")
        case Practice(periods=periods):
            count = "This period is" if periods == 1 else f"These {periods} periods are"
            yield _say(f"{count} for practice. What happens in practice does not count.")
        case Earnings():
            yield _say("Your screen shows what you have earned, and how it came about.")
        case Trade():  # _traded has it
            pass


def _traded(scenario: Scenario, number: int, stage: Trade) -> Iterator[str]:
    """Before periods that count: how many, whether it counts from now on, whether a rule changes with them."""
    before = [one for one in scenario.stage[:number] if isinstance(one, Trade)]
    count = "One period" if stage.periods == 1 else f"{stage.periods} periods"
    said = f"{count} follow{'s' if stage.periods == 1 else ''}."
    said += " They count, too." if before else " From now on it counts."
    first = sum(one.periods for one in before) + 1
    changes = any(first <= one.from_period < first + stage.periods for one in scenario.overrides if one.tells)
    if changes and first > 1:
        said += " A rule has changed. Your screen says which one: please read it now."
    yield _say(said)


def _goes_on(stage: Stage) -> str:
    if stage.trades:
        return "It goes on by itself after the last period."
    match stage.advance:
        case "all":
            by_itself = "It goes on by itself when all are done."
            helps = " The console marks people without a try left: help them, then press <code>d</code> on their line."
            return by_itself + helps if isinstance(stage, Questions) and stage.at_cap == "help" else by_itself
        case "clock":
            return "It goes on by the clock; <code>e</code> gives more time."
        case "experimenter":
            return "It goes on when you press <code>D</code>, or say <code>pit ctl URL advance</code>."
