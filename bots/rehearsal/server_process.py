"""The server of a rehearsal: a process of its own, killed and taken up again as after a crash."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

END_S_MAX = 30.0
"""How long a server may take to end by itself after its session."""


class RehearsalError(Exception):
    """The rehearsal could not be held: why not."""


def pit(*words: str) -> list[str]:
    """The command line of a `pit` of its own."""
    return [sys.executable, "-P", "-m", "pit", *words]


class ServerProcess:
    """A server on this machine alone, at a free port. `recording` is its session's folder, `control` its code."""

    def __init__(self, scenario: str, words: list[str], folder: Path) -> None:
        self._words = [scenario, "--port", "0", *words]
        self._folder = folder
        self.url = self.control = self.class_code = ""
        self.codes: list[str] = []
        self.recording = folder
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start a new session; raises RehearsalError with the server's own words."""
        where = await self._spoken([*self._words, "--recordings", str(self._folder), "--json"])
        self.recording = Path(where["recording"])
        self.class_code = where["class_code"] or ""
        self.codes = [one["code"] for one in where["seats"]]

    async def crash_and_recover(self) -> None:
        """Kill it as a power cut would, and take the session up again where it was; raises RehearsalError."""
        assert self._process is not None, "it runs"
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        self._close()
        await self._spoken(["--recover", str(self.recording), "--json"])

    async def _spoken(self, words: list[str]) -> dict[str, Any]:
        log = self._folder / "server.log"
        line = await asyncio.to_thread(self._first_line, words, log)
        if not line:
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise RehearsalError("the server did not start: " + "".join(last).removeprefix("pit: "))
        where: dict[str, Any] = json.loads(line)
        self.url, self.control = where["url"], where["control"]
        return where

    def _first_line(self, words: list[str], log: Path) -> bytes:
        with log.open("ab") as said:
            self._process = subprocess.Popen(pit("serve", *words), stdout=subprocess.PIPE, stderr=said)
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    async def ended(self) -> int | None:
        """The server's exit status after the session's end; None where it does not end by itself."""
        assert self._process is not None, "it was started"
        try:
            return await asyncio.to_thread(self._process.wait, END_S_MAX)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """End it at once, where it still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._process is not None and self._process.stdout:
            self._process.stdout.close()


def verified(recording: Path) -> str:
    """ "" where the recording plays again as it was; else what `pit verify` says."""
    done = subprocess.run(pit("verify", str(recording)), capture_output=True, text=True, check=False)
    lines = (done.stderr or done.stdout).strip().splitlines()
    return "" if done.returncode == 0 else (lines[-1] if lines else f"exit status {done.returncode}")


def on_record(recording: Path) -> set[tuple[int, int]]:
    """The seat and token of every message in the journal."""
    found = set()
    with (recording / "journal.jsonl").open("rb") as lines:
        for line in lines:
            message = json.loads(line).get("message", {})
            if message.get("token"):
                found.add((message["from"], message["token"]))
    return found
