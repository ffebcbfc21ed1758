"""Puts the bugs of bugs.py back, one at a time in a copy of the lab: which test notices? `python -m tests.mutants`.

Exit status 1 if a bug went unnoticed, or if a text to be replaced is no longer there.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import ROOT
from tests.mutants.bugs import BUGS, Bug

KEPT = ("p2p", "recordings", "server", "bots", "tui", "tests", "scenarios", "pit.py", "pit_demo.py", "pyproject.toml")
TEST_S_MAX = 300
WHY_MAX = 110
CLUMSY = ("NameError", "AttributeError", "TypeError", "ImportError", "CalledProcessError")
"""A bug that fails by these fails everywhere: it is none that could slip through."""


def copied(folder: Path) -> None:
    for name in KEPT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "samples"))
        else:
            shutil.copy(ROOT / name, folder / name)


def noticed(bug: Bug) -> tuple[str, str]:
    """What came of a bug: `noticed` and by what, or why not."""
    with tempfile.TemporaryDirectory(prefix="pit-mutant-") as name:
        folder = Path(name)
        copied(folder)
        for file, old, new in bug.changes:
            text = (folder / file).read_text(encoding="utf-8")
            if old not in text:
                return "STALE", f"{file} has no {old.strip()[:50]!r}"
            (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", bug.test]
        environment = dict(os.environ, PYTHONPATH=name)
        done = subprocess.run(
            words, cwd=folder, env=environment, capture_output=True, text=True, timeout=TEST_S_MAX, check=False
        )
        if done.returncode == 1 and ("failed" in done.stdout or "error" in done.stdout):
            said = (line.removeprefix("E").strip() for line in done.stdout.splitlines() if line.startswith("E "))
            why = next(said, "")[:WHY_MAX]
            return "BROKEN" if why.partition(":")[0].endswith(CLUMSY) else "noticed", why
        return "UNNOTICED", f"status {done.returncode}"


def main() -> int:
    chosen = [bug for bug in BUGS if not sys.argv[1:] or any(word in bug.name for word in sys.argv[1:])]
    wrong = 0
    for bug in chosen:
        came, why = noticed(bug)
        wrong += came != "noticed"
        print(f"{came:<10} {bug.name}  ({bug.test.partition('::')[2]})\n           {why}", flush=True)
    print(f"{len(chosen) - wrong} of {len(chosen)} noticed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
