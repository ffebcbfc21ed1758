"""What is installed: every room of the lab, and none of the sessions that were recorded in the checkout."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests import ROOT

PACKAGES = ("p2p", "recordings", "server", "bots", "tui", "scenarios")
BUILD = "from setuptools import build_meta; build_meta.build_wheel('out')"


def checkout(folder: Path) -> None:
    """A checkout of the lab in which a session was recorded."""
    ignored = shutil.ignore_patterns("__pycache__", "[0-9]*-*")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "pit.py", "pit_demo.py", "pit_replay.py"):
        shutil.copy(ROOT / name, folder / name)
    recorded = folder / "recordings" / "20260101-090000-smith-1962-test-1-0a1b"
    recorded.mkdir()
    (recorded / "journal.jsonl").write_text("private values", encoding="utf-8")
    (recorded / "people.json").write_text("names", encoding="utf-8")


def test_the_wheel_of_a_checkout_with_sessions_has_every_room_and_no_session(tmp_path: Path) -> None:
    checkout(tmp_path)
    (tmp_path / "out").mkdir()
    subprocess.run([sys.executable, "-c", BUILD], cwd=tmp_path, capture_output=True, check=True)
    (wheel,) = (tmp_path / "out").glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    files = {path.relative_to(ROOT).as_posix() for name in PACKAGES for path in (ROOT / name).rglob("*.py")}
    more = {path.relative_to(ROOT).as_posix() for path in (ROOT / "scenarios").glob("*.toml")} | {
        "tui/lab.tcss",
        "p2p/py.typed",
        "p2p/texts/en.toml",
    }
    page = {path.relative_to(ROOT).as_posix() for path in (ROOT / "server" / "web" / "static").iterdir()}
    assert files | more | page <= packed
    of_recordings = {name for name in packed if name.startswith("recordings/") and not name.endswith(".py")}
    page = {f"recordings/reports/page/report.{kind}" for kind in ("css", "html.j2")}
    assert of_recordings == {"recordings/py.typed", *page}
