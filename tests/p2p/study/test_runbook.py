"""The run book as it stands: its all-in-one script, each of its commands, and `pit runbook` that does the same."""

import csv
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from p2p.sim.aggregate import aggregate
from p2p.sim.analysis_cli import analysis_cli
from p2p.sim.exp_runner import exp_runner
from p2p.sim.overlay import overlay
from p2p.sim.study.results import runbook_page as report
from p2p.sim.study.runbook import runbook
from p2p.sim.study.runs.experiment import Options, cells_of
from p2p.sim.study.runs.run_book import BOOK, OPTIONAL, book
from tests import ROOT

SEED = ROOT.parent / "shared" / "seeds" / "run-book-v4.txt"
COMMANDS = {"exp_runner": exp_runner, "aggregate": aggregate, "overlay": overlay, "analysis_cli": analysis_cli}

needs_seed = pytest.mark.skipif(not SEED.is_file(), reason=f"no run book at {SEED}")


def commands() -> list[list[str]]:
    """Every command of the run book, lines joined."""
    text = SEED.read_text(encoding="utf-8").replace("\\\n", " ")
    return [
        shlex.split(line.replace("|| true", "")) for line in text.splitlines() if line.startswith("python -m p2p.sim.")
    ]


def options_of(words: list[str]) -> Options:
    """The options that exp_runner understands from a command."""
    given = exp_runner.make_context("exp_runner", words[3:]).params
    return Options(**{name: value for name, value in given.items() if name not in ("workers", "cluster")})


@needs_seed
def test_every_command_of_the_run_book_is_understood() -> None:
    found = commands()
    assert len(found) > 30
    for words in found:
        command = COMMANDS[words[2].rpartition(".")[2]]
        command.make_context(words[2], words[3:])


@needs_seed
def test_pit_runbook_runs_the_experiments_of_the_run_book_and_no_others() -> None:
    typed = {
        options.out: options for options in (options_of(words) for words in commands() if "exp_runner" in words[2])
    }
    ours = book(Path("outputs"), 5, 288, (), "csv", True)
    assert {options.out: cells_of(options) for options in ours} == {out: cells_of(o) for out, o in typed.items()}


def test_the_study_has_385_runs() -> None:
    assert sum(len(cells_of(options)) for options in book(Path("outputs"), 5, 288, (), "csv", False)) == 385
    assert not BOOK.keys() & OPTIONAL.keys()


@needs_seed
@pytest.mark.skipif(os.name == "nt", reason="the run book's script is for bash")
def test_the_all_in_one_script_runs_as_the_run_book_makes_it(tmp_path: Path) -> None:
    text = SEED.read_text(encoding="utf-8")
    made = re.search(r"^cat > run_all_v4\.sh.*?^EOS$\n^chmod .*?$", text, re.S | re.M)
    assert made
    shell = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(["bash", "-c", made.group()], cwd=tmp_path, check=True, env=shell)
    script = tmp_path / "run_all_v4.sh"
    small = script.read_text().replace("--seeds 5", "--seeds 1").replace("--intervals 288", "--intervals 150")
    script.write_text(re.sub(r"--N \S+", "--N 4,6", small))
    done = subprocess.run([str(script)], cwd=tmp_path, env=shell, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {path.parent.name for path in tmp_path.glob("outputs/exp_*/manifest.json")} == set(BOOK)
    for name in BOOK:
        assert (tmp_path / "outputs" / "analysis" / name / "frontier_pareto_by_N.csv").is_file()
    with (tmp_path / "outputs" / "analysis" / "overlay_v4" / "combined_summary.csv").open(newline="") as file:
        assert {row["label"] for row in csv.DictReader(file)} == {"band", "k_search", "k_greedy", "opt_greedy"}


def small(out: Path, *words: str) -> str:
    usual = ["--workers", "1", "--seeds", "1", "--sizes", "50", "--intervals", "140", "--out", str(out)]
    result = CliRunner().invoke(runbook, [*usual, *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_pit_runbook_runs_tabulates_draws_and_says_what_it_did(tmp_path: Path) -> None:
    assert "11 runs in" in small(tmp_path)
    manifest = json.loads((tmp_path / "runbook.json").read_text())
    assert manifest["versions"]["tradingpit"]
    assert [e["runs"] for e in manifest["experiments"]] == [1, 4, 3, 3]
    assert "analysis/overlay_v4/combined_frontier.csv" in manifest["analysis"]
    digests = [e["digest"] for e in manifest["experiments"]]
    assert "all runs were there" in small(tmp_path)
    again = json.loads((tmp_path / "runbook.json").read_text())
    assert [e["digest"] for e in again["experiments"]] == digests
    assert [sitting["runs"] for sitting in again["sittings"]] == [11, 0]


def test_the_digests_of_a_study_are_the_same_wherever_it_runs(tmp_path: Path) -> None:
    kept = []
    for name in ("here", "there"):
        small(tmp_path / name)
        kept.append([e["digest"] for e in json.loads((tmp_path / name / "runbook.json").read_text())["experiments"]])
    assert kept[0] == kept[1]


def test_the_page_sets_each_mean_beside_the_published_one_and_its_sums(tmp_path: Path) -> None:
    small(tmp_path / "out")
    published = tmp_path / "published"
    published.mkdir()
    frontier = (tmp_path / "out" / "analysis" / "exp_opt_v4" / "frontier.csv").read_text().splitlines()
    row = dict(zip(frontier[0].split(","), frontier[1].split(","), strict=True))
    row["w_hat_mean"] = str(float(row["w_hat_mean"]) * 1.25)
    (published / "exp_opt_v4.csv").write_text(f"{','.join(row)}\n{','.join(row.values())}\n")
    from p2p.sim.study.results.summaries import read_manifest, summarize

    labelled = {"exp_opt_v4": summarize(read_manifest(str(tmp_path / "out" / "exp_opt_v4")))}
    report.write_report(tmp_path / "page.md", tmp_path / "out", labelled, published)
    page = (tmp_path / "page.md").read_text()
    assert "| exp_opt_v4 | 1 | 2.0e-01 |" in page
    assert "**further off**" in page
    (line,) = (line for line in page.splitlines() if line.startswith("| 50 |  |  |"))
    assert "-2.0e-01" in line
    assert f"| {summarize_bound(labelled['exp_opt_v4'][0])} |" in line


def summarize_bound(run: object) -> str:
    return f"{run.intervals_bound:.1f}"  # type: ignore[attr-defined]


def test_a_size_that_no_experiment_has_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(runbook, ["--sizes", "7", "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "no experiment" in result.output
