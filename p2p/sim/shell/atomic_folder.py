"""An experiment's folder on disk: locked while it is written, each thing in it whole or not there.

A file or a run's folder is written under another name and renamed when it is complete. Leftovers of a killed process
lie in `.partial`. They are never read, and the next process that holds the lock removes them.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from p2p.sim.shell.cli_options import UsageError, folder_for
from p2p.sim.shell.file_lock import hold

PARTIAL = ".partial"
LOCK = ".lock"


@contextmanager
def locked(out: Path) -> Iterator[Path]:
    """Hold the folder for this process alone; another that comes meanwhile is refused, not made to wait.

    The lock is the operating system's, so it is gone with its process, however that ended.
    """
    folder_for(out)
    try:
        file = (out / LOCK).open("a+b")
    except OSError as error:
        raise UsageError(f"cannot write into '{out}': {error.strerror}") from None
    with file:
        if not hold(file.fileno()):
            raise UsageError(f"'{out}' is being written by another run; wait for it or name another folder")
        shutil.rmtree(out / PARTIAL, ignore_errors=True)
        try:
            yield out
        finally:
            shutil.rmtree(out / PARTIAL, ignore_errors=True)


@contextmanager
def new_folder(out: Path, name: str) -> Iterator[Path]:
    """A folder to fill, which becomes out/name when the block ends well and is gone when it does not.

    If out/name is there by then (the same work done twice, as a cluster may), the one that was first stays.
    """
    partial = out / PARTIAL / f"{name}-{uuid.uuid4().hex[:8]}"
    partial.mkdir(parents=True)
    try:
        yield partial
        if not (out / name).exists():
            partial.rename(out / name)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def put_aside(out: Path, folder: Path) -> None:
    """Move a folder that is not whole to the place whose contents are removed in the end."""
    (out / PARTIAL).mkdir(exist_ok=True)
    folder.rename(out / PARTIAL / f"{folder.name}-{uuid.uuid4().hex[:8]}")


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A path to write to, which becomes `path` when the block ends well and is gone when it does not."""
    partial = path.with_name(f".{path.stem}-{uuid.uuid4().hex[:8]}{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a whole text file or nothing."""
    with new_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="")
