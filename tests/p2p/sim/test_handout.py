"""Pages to print: the screens' own texts, no value and no later treatment, a row for each unit of each period."""

from html import escape

from msgspec.structs import replace

from p2p.scenario.stages import Debrief, Reading, Trade
from p2p.sim.docs.handout import instructions, pages, record_sheet, script
from p2p.sim.library.files import load, names
from p2p.sim.library.texts import catalogue
from tests.plays.lab import pit

HOUR = load("classroom-hour")
TEXTS = catalogue()


def test_instructions_have_the_texts_of_the_screens_and_nothing_that_comes_later():
    page = instructions(HOUR, TEXTS)
    assert "<strong>You are a buyer or a seller</strong> of one unit" in page
    assert "You may stop at any time." in page
    assert "Prices go from 1 to 999 points" in page, "the rules page is in it"
    debrief = next(one for one in HOUR.stage if isinstance(one, Debrief))
    assert "competitive price" in debrief.pages[0]
    assert "competitive price" not in page
    assert "tax" not in page.lower()
    assert "695" not in page


def test_a_record_sheet_has_a_row_for_each_unit_and_does_not_tell_of_a_tax():
    page = record_sheet(HOUR)
    assert page.count("practice ") == 2
    assert [f'<td class="name">{period}</td>' in page for period in range(1, 8)] == [True] * 6 + [False]
    assert "tax" not in page.lower()
    assert page.count("The market: counts") == 1
    two = replace(HOUR, environment=HOUR.environment.stocked(2), stage=())
    assert "3, unit 2" in record_sheet(two)
    many = replace(HOUR, environment=HOUR.environment.stocked(50), stage=())
    assert "unit" not in record_sheet(many).partition("<tbody>")[2]


def test_a_script_says_when_it_counts_and_when_a_rule_has_changed():
    page = script(HOUR, TEXTS)
    for_practice = page.index("What happens in practice does not count.")
    counts = page.index("From now on it counts.")
    changed = page.index("A rule has changed.")
    assert for_practice < counts < changed < page.index("competitive price")
    assert page.count("From now on it counts.") == page.count("A rule has changed.") == 1
    assert "press <code>D</code>" in page
    assert sum(isinstance(one, Trade) for one in HOUR.stage) == 2


def test_tags_in_a_text_are_letters_on_every_page():
    stages = (Reading(title="<b>x", pages=("<script>alert(1)</script> and ![x](http://nowhere.test/y)",)), *HOUR.stage)
    odd = replace(HOUR, title="<i>A & B", instructions="<script>", stage=stages)
    for page in pages(odd, TEXTS).values():
        assert "<script>" not in page
        assert "<img" not in page
        assert escape("<i>A & B") in page


def test_every_scenario_of_the_lab_has_its_pages():
    for name in names():
        assert len(pages(load(name), TEXTS)) == 3


def test_pages_are_written_and_never_over_others(tmp_path):
    done = pit("handout", "classroom-hour", "--out", "pages", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    written = sorted(file.name for file in (tmp_path / "pages").iterdir())
    assert written == ["instructions.html", "record-sheet.html", "script.html"]
    again = pit("handout", "classroom-hour", "--out", "pages", cwd=tmp_path)
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert pit("handout", "classroom-hour", "--out", "pages", "--force", cwd=tmp_path).returncode == 0
