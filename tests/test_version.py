"""`pit --version`: the version that the package states, in a checkout and where it is installed."""

import runpy
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import pit

HERE = Path(pit.__file__).parent


def test_the_version_is_what_pyproject_states() -> None:
    stated = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]["version"]
    said = subprocess.run([sys.executable, "-m", "pit", "--version"], cwd=HERE, capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (0, f"pit, version {stated}\n")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_to_the_starter_finds_the_project_that_it_is_of(tmp_path: Path) -> None:
    (tmp_path / "pit").symlink_to(HERE / "pit")
    assert runpy.run_path(str(tmp_path / "pit"))["HERE"] == str(HERE.resolve())


def test_the_starter_installs_so_that_a_folder_of_recordings_hides_no_package(tmp_path: Path) -> None:
    steps: list[list[str]] = []
    starter = runpy.run_path(str(HERE / "pit"))["install"]
    starter.__globals__.update(run=steps.append, STAMP=str(tmp_path / "installed"), PYTHON=sys.executable)
    starter(set())
    assert steps[-1][-4:] == ["--config-settings", "editable_mode=compat", "--editable", str(HERE.resolve())]


@pytest.mark.parametrize("beside", [None, '[project]\nname = "another"\nversion = "7"\n'])
def test_an_installed_pit_reads_its_own_record_and_nobodys_pyproject(beside, tmp_path, monkeypatch) -> None:
    shutil.copy(pit.__file__, tmp_path)
    if beside:
        (tmp_path / "pyproject.toml").write_text(beside)
    monkeypatch.setattr(pit, "__file__", str(tmp_path / "pit.py"))
    monkeypatch.setattr(metadata, "version", lambda name: f"of {name}")
    assert pit.version() == "of tradingpit"
