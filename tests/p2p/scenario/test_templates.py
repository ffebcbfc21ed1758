"""Templates: a file that is built on another, and each way in which that goes wrong, with its line."""

from pathlib import Path

import msgspec
import pytest

from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from p2p.scenario.templates import TEMPLATES_MAX
from p2p.scenario.toml_lines import lines_of_keys
from p2p.sim.library.files import load
from recordings.journal.format import Header
from recordings.journal.store import scenario_of
from tests.plays.scenario_plays import GOOD

TEST_1 = "smith-1962-test-1"


def written(folder: Path, **files: str) -> Scenario:
    """The first of some files of a folder."""
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return load(str(folder / f"{next(iter(files))}.toml"))


def refused(folder: Path, **files: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        written(folder, **files)
    said = str(caught.value).replace(f"{folder}/", "")
    assert "\n" not in said
    return said


def test_a_file_has_its_own_keys_and_its_templates(tmp_path: Path) -> None:
    text = f'extends = "{TEST_1}"\ntitle = "Mine"\ninstitution.terms.price_ceiling = 150\n'
    mine, below = written(tmp_path, mine=text), load(TEST_1)
    assert (mine.title, mine.extends, mine.institution.terms.price_ceiling) == ("Mine", TEST_1, 150)
    assert (mine.institution.price_max, mine.environment, mine.periods) == (400, below.environment, below.periods)


def test_a_neighbouring_file_is_a_template_too(tmp_path: Path) -> None:
    mine = written(tmp_path, mine='extends = "below.toml"\nperiods = 7\n', below=GOOD)
    assert (mine.title, mine.periods, mine.environment) == ("A market", 7, parse(GOOD).environment)


def test_a_list_is_replaced_whole_and_a_table_of_another_name_too(tmp_path: Path) -> None:
    day = 'name = "prosumer"\nseats = 6\nbuy = { low = 260, high = 400 }\nfeed_in = { low = 50, high = 120 }\n'
    other = f'extends = "call-market"\n[institution]\nname = "continuous"\nprice_max = 500\n[environment]\n{day}'
    mine = written(tmp_path, mine=other)
    assert (mine.institution.name, mine.institution.call, mine.institution.price_max) == ("continuous", None, 500)
    assert (mine.environment.name, mine.traders) == ("prosumer", 6)
    shorter = written(tmp_path, mine='extends = "tax-on-buyers"\noverrides = []\n')
    assert shorter.overrides == ()


def test_stages_take_the_place_of_the_templates_periods(tmp_path: Path) -> None:
    mine = written(tmp_path, mine=f'extends = "{TEST_1}"\n[[stage]]\nkind = "trade"\nperiods = 2\n')
    assert (mine.periods, len(mine.stage)) == (2, 1)


def test_label_and_published_price_are_each_files_own(tmp_path: Path) -> None:
    below = f'label = "printed"\np0_published = 90\npublic_title = "A market"\nlevel = "advanced"\n{GOOD}'
    mine = written(tmp_path, mine='extends = "below.toml"\n', below=below)
    assert (mine.label, mine.p0_published) == ("ours", None)
    assert (mine.public_title, mine.level) == ("A market", "advanced")


def test_a_journals_header_has_the_whole_scenario(tmp_path: Path) -> None:
    mine = written(tmp_path, mine=f'extends = "{TEST_1}"\nperiods = 2\n')
    plain = msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(mine)))
    assert plain["environment"]["buyers"][0] == [325]
    assert scenario_of(Header("x", 1, 1, plain, "code", "now")) == mine


def test_traders_see_the_public_title() -> None:
    assert public_rules(parse(f'public_title = "A market today"\n{GOOD}')).title == "A market today"
    assert public_rules(parse(GOOD)).title == "A market"


def test_a_template_on_itself_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, a='extends = "b.toml"\n', b='# b\nextends = "a.toml"\n')
    assert said == "b.toml:2: extends: a template cannot be built on itself: a → b → a"
    assert "a → a" in refused(tmp_path, a='extends = "a.toml"\n')


def test_templates_without_end_are_refused(tmp_path: Path) -> None:
    files = {f"t{k}": f'extends = "t{k + 1}.toml"\n' for k in range(TEMPLATES_MAX + 1)}
    said = refused(tmp_path, **files, **{f"t{TEMPLATES_MAX + 1}": GOOD})
    assert said.startswith(f"t{TEMPLATES_MAX}.toml:1: extends: more than {TEMPLATES_MAX} templates")
    assert written(tmp_path, **dict(list(files.items())[1:]), **{f"t{TEMPLATES_MAX + 1}": GOOD}).title == "A market"


def test_a_template_that_is_not_there_is_named_with_its_line(tmp_path: Path) -> None:
    nearest = refused(tmp_path, mine='title = "x"\nextends = "smith-1962-test1"\n')
    assert nearest.startswith("mine.toml:2: extends: no scenario 'smith-1962-test1'; did you mean 'smith-1962-test-1'?")
    assert "cannot be read" in refused(tmp_path, mine='extends = "nothing.toml"\n')
    for word in ("../x.toml", "/etc/passwd", "a\\\\b.toml"):
        assert "is a path" in refused(tmp_path, mine=f'extends = "{word}"\n')
    for word in ('""', "7", "true"):
        assert "expected the name" in refused(tmp_path, mine=f"extends = {word}\n")


def test_a_text_without_a_file_has_no_template() -> None:
    with pytest.raises(ScenarioError, match=r"^mine.toml:1: extends: a template is a file"):
        parse('extends = "smith-1962-test-1"\n', "mine.toml")


def test_an_error_is_on_the_line_of_the_file_that_has_the_key(tmp_path: Path) -> None:
    below = GOOD.replace("price_max = 200", "price_max = 1")
    assert refused(tmp_path, mine='extends = "b.toml"\n', b=below).startswith("b.toml:8: institution.price_max: is not")
    own = 'extends = "b.toml"\n\n[institution]\nprice_max = 1\n'
    assert refused(tmp_path, mine=own, b=GOOD).startswith("mine.toml:4: institution.price_max: is not above")
    unknown = 'extends = "b.toml"\n\n[institution]\ntik = 1\n'
    assert refused(tmp_path, mine=unknown, b=GOOD).startswith("mine.toml:4: institution.tik: there is no such key")
    assert refused(tmp_path, mine='extends = "b.toml"\n', b="= 1").startswith("b.toml: not TOML")


BAD_CATALOGUE = {
    'label = "print"': "mine.toml:1: label: there is no 'print'; did you mean 'printed'?",
    'level = "hard"': "mine.toml:1: level: there is no 'hard'; there are advanced, intermediate, introductory",
    "players = 0": "mine.toml:1: players: expected `int` >= 1",
    "minutes = 0": "mine.toml:1: minutes: expected `int` >= 1",
    "p0_published = 0": "mine.toml:1: p0_published: expected",
    "p0_published = nan": "mine.toml:1: p0_published: expected",
    "p0_published = 500": "mine.toml:1: p0_published: is not within the prices 1 to 200",
    'page = { rom = "x" }': "mine.toml:1: page.rom: there is no such key; did you mean 'room'?",
    'public_title = " "': "mine.toml:1: public_title: is empty on a screen; leave it out, or say one",
}


@pytest.mark.parametrize("line", list(BAD_CATALOGUE))
def test_what_the_catalogue_cannot_say_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(f"{line}\n{GOOD}", "mine.toml")
    assert str(caught.value).startswith(BAD_CATALOGUE[line])


def test_a_name_that_no_file_can_have_is_refused_in_a_line(tmp_path: Path) -> None:
    said = refused(tmp_path, mine='extends = "a\\u0000.toml"\n')
    assert "no file has such a name" in said


def test_the_lines_of_a_large_file_are_found_in_one_go() -> None:
    found = lines_of_keys("\n" * 400_000 + "late = 1")  # each line looked for from the start: minutes
    assert found == {"late": 400_001}


def test_a_template_that_is_a_pipe_or_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "below.toml").mkdir()
    assert "a pipe, no file" in refused(tmp_path, mine='extends = "below.toml"\n')
