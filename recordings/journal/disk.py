"""The few things a store asks of a disk, so that a simulated one can lose, tear and refuse what a real one may."""

import contextlib
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from p2p.sim.shell.file_lock import hold

UNKNOWN = (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY)
"""Errors of a file system that does not know F_FULLFSYNC."""


def _flush(file: int) -> None:
    """Have the drive itself write: fsync of macOS leaves data in its memory, which is gone with the power."""
    import fcntl

    try:
        fcntl.fcntl(file, getattr(fcntl, "F_FULLFSYNC"))  # noqa: B009 (only macOS has it)
    except OSError as error:
        if error.errno not in UNKNOWN:
            raise
        os.fsync(file)


def _syncs_of(platform: str) -> tuple[Callable[[int], None], Callable[[int], None]]:
    """How a file's data, and how all of a file, is made durable: the first by fdatasync, where there is one."""
    return (_flush, _flush) if platform == "darwin" else (getattr(os, "fdatasync", os.fsync), os.fsync)


_sync_data, _sync_all = _syncs_of(sys.platform)


class Disk(Protocol):
    """Files by number, as the operating system has them. Every call may raise OSError."""

    def make_folder(self, folder: Path) -> list[Path]:
        """Make a new folder and those above it; the folders that have a new name in them. Raises FileExistsError."""

    def create(self, path: Path) -> int:
        """Make a new file to append to; raises FileExistsError."""

    def open(self, path: Path, size: int) -> int:
        """Open a file to append to, cut to a size, and make the cut durable."""

    def write(self, file: int, data: memoryview) -> int:
        """Append; how much of it was taken."""

    def sync(self, file: int) -> None:
        """Return when all that was written is durable."""

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in a folder are durable."""

    def close(self, file: int) -> None:
        """Let go of the file."""

    def read(self, path: Path) -> bytes:
        """All of a file."""

    def replace(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        """Replace a file as a whole, durably; unless told otherwise it is readable by its owner alone."""

    def append(self, path: Path, size: int, data: bytes) -> None:
        """Write behind the first bytes of a file, durably, in the place of those there. A crash may leave a part."""

    def rewrite(self, path: Path, data: bytes) -> None:
        """Write a file's own bytes over themselves, durably. It takes no more room; a crash in it changes nothing."""


class RealDisk:
    """The machine's own. A file that is appended to is locked: two servers never write one journal."""

    def make_folder(self, folder: Path) -> list[Path]:
        """See Disk."""
        new = [one.parent for one in (folder, *folder.parents) if not one.exists()]
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        return new

    def create(self, path: Path) -> int:
        """See Disk."""
        return _held(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | _binary(), 0o600), path)

    def open(self, path: Path, size: int) -> int:
        """See Disk."""
        file = _held(os.open(path, os.O_WRONLY | os.O_APPEND | _binary()), path)
        os.ftruncate(file, size)
        _sync_all(file)
        return file

    def write(self, file: int, data: memoryview) -> int:
        """See Disk."""
        return os.write(file, data)

    def sync(self, file: int) -> None:
        """See Disk."""
        _sync_data(file)

    def sync_folder(self, folder: Path) -> None:
        """See Disk. Windows cannot open a folder, and does not need it."""
        with contextlib.suppress(PermissionError):
            file = os.open(folder, os.O_RDONLY)
            try:
                _sync_all(file)
            finally:
                os.close(file)

    def close(self, file: int) -> None:
        """See Disk."""
        os.close(file)

    def read(self, path: Path) -> bytes:
        """See Disk."""
        return path.read_bytes()

    def replace(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        """See Disk."""
        beside = path.with_suffix(".new")
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _binary(), mode)
        try:
            with os.fdopen(file, "wb") as whole:
                whole.write(data)
                whole.flush()
                _sync_all(file)
        except OSError:
            beside.unlink(missing_ok=True)  # a part of it would fill the disk for good
            raise
        beside.replace(path)
        self.sync_folder(path.parent)

    def append(self, path: Path, size: int, data: bytes) -> None:
        """See Disk."""
        with path.open("r+b") as whole:
            whole.truncate(size)
            whole.seek(size)
            whole.write(data)
            whole.flush()
            _sync_all(whole.fileno())

    def rewrite(self, path: Path, data: bytes) -> None:
        """See Disk."""
        with path.open("r+b") as whole:
            whole.write(data)
            whole.flush()
            _sync_all(whole.fileno())


REAL = RealDisk()


def is_held(path: Path) -> bool:
    """Whether a process that runs has a file of this machine open to append to.

    Asking takes the lock for a moment: a server that comes in this very moment is refused.
    """
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not hold(file)
    finally:
        os.close(file)


def _held(file: int, path: Path) -> int:
    """The same file, locked; raises BlockingIOError, and closes it, where another process has it.

    So it has where the file has been replaced before it was locked: whoever takes a session up writes it anew.
    """
    if hold(file) and path.exists() and os.path.samestat(os.fstat(file), path.stat()):
        return file
    os.close(file)
    raise BlockingIOError(errno.EWOULDBLOCK, "a server that runs is writing it; stop that one first")


def _binary() -> int:
    """Windows translates line ends unless told not to."""
    return getattr(os, "O_BINARY", 0)
