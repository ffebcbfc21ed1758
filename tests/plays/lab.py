"""The lab's commands as their users run them: real processes, on this machine only."""

import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GUARD_S = 60.0
"""No command of a test takes longer; ten times what they need."""


def pit(
    *words: str, cwd: Path, code: str = "", guard_s: float = GUARD_S, encoding: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; `encoding`: that of its output, where it is to be another than this machine's."""
    environment = dict(os.environ, PIT_CODE=code) if code else {k: v for k, v in os.environ.items() if k != "PIT_CODE"}
    if encoding:
        environment["PYTHONIOENCODING"] = encoding
    return subprocess.run(
        [sys.executable, "-P", "-m", "pit", *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding=encoding or None,
        timeout=guard_s,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@dataclass
class Serving:
    """A `pit serve --json` that runs: what it said, and its process."""

    process: "subprocess.Popen[str]"
    where: dict[str, Any]
    cwd: Path

    @property
    def recording(self) -> Path:
        return self.cwd / str(self.where["recording"])

    def code(self, seat: int) -> str:
        return next(one["code"] for one in self.where["seats"] if one["seat"] == seat)

    def ctl(self, *words: str) -> subprocess.CompletedProcess[str]:
        return pit("ctl", self.where["url"], *words, cwd=self.cwd, code=self.where["control"])

    def end(self) -> int:
        """Wait for it to end by itself; its exit status."""
        status = self.process.wait(GUARD_S)
        self._let_go()
        return status

    def kill(self) -> None:
        """kill -9, as a power cut of the process."""
        self.process.kill()
        self.process.wait(GUARD_S)
        self._let_go()

    def _let_go(self) -> None:
        assert self.process.stdout is not None
        self.process.stdout.close()


def serve(*words: str, cwd: Path) -> Serving:
    """Start `pit serve … --json` and wait until it says where to join."""
    with (cwd / "serve.err").open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pit", "serve", *words, "--json"],
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], GUARD_S)
    line = process.stdout.readline() if ready else ""
    assert line, (cwd / "serve.err").read_text()
    return Serving(process, json.loads(line), cwd)


def journal_reaches(folder: Path, lines: int) -> None:
    """Wait until a recording has so many lines (what is waited for is on disk, not a time)."""
    until = time.monotonic() + GUARD_S
    while (folder / "journal.jsonl").read_bytes().count(b"\n") < lines:
        assert time.monotonic() < until, "the journal does not grow"
