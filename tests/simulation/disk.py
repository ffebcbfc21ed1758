"""A disk that keeps only what was synced, and debris; and one that fails at its n-th call.

kill -9 cannot show a missing sync, because the operating system's memory survives it. This disk has that memory too,
and loses it: `after_power_loss` is what a machine that comes back may find. Of what was written and not synced each
sector is there, is zeros, or is somebody else's old bytes; a name that was not synced may be gone, with all below it.
"""

import errno
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from recordings.journal.disk import REAL, RealDisk

SECTOR = 64
"""Smaller than any real one, so that a line of a journal spans several."""


@dataclass
class File:
    """What reads well, and what of it is on the disk."""

    data: bytes = b""
    durable: bytes = b""

    def sync(self) -> None:
        self.durable += self.data[len(self.durable) :]

    def drop(self) -> None:
        """A sync fails: what could not be written still reads well, and no later sync will try it again."""
        self.durable += bytes(len(self.data) - len(self.durable))


class SimulatedDisk:
    """Files and folders in memory. `tick` is called before every call that changes something."""

    def __init__(self, tick: Callable[[str], None] = lambda call: None) -> None:
        self.tick = tick
        self.failed = False
        self.files: dict[Path, File] = {}
        self.folders: set[Path] = {Path("/"), Path()}
        self.durable_names: set[Path] = set(self.folders)
        self._open: dict[int, Path] = {}
        self._numbers = itertools.count(3)

    def make_folder(self, folder: Path) -> list[Path]:
        self.tick("make_folder")
        if folder in self.folders:
            raise FileExistsError(errno.EEXIST, "File exists")
        made = [one for one in (folder, *folder.parents) if one not in self.folders]
        self.folders.update(made)
        return [one.parent for one in made]

    def create(self, path: Path) -> int:
        self.tick("create")
        if path in self.files:
            raise FileExistsError(errno.EEXIST, "File exists")
        self.files[path] = File()
        return self._opened(path)

    def open(self, path: Path, size: int) -> int:
        self.tick("open")
        file = self._file(path)
        file.data, file.durable = file.data[:size], file.durable[:size]
        file.sync()
        return self._opened(path)

    def write(self, file: int, data: memoryview) -> int:
        """A disk that is full takes a part before it says so."""
        try:
            self.tick("write")
        except OSError:
            self.files[self._open[file]].data += bytes(data[: len(data) // 2])
            raise
        self.files[self._open[file]].data += bytes(data)
        return len(data)

    def sync(self, file: int) -> None:
        one = self.files[self._open[file]]
        try:
            self.tick("sync")
        except OSError:
            one.drop()
            raise
        one.sync()

    def sync_folder(self, folder: Path) -> None:
        self.tick("sync_folder")
        self.durable_names |= {one for one in (*self.files, *self.folders) if one.parent == folder}

    def close(self, file: int) -> None:
        del self._open[file]

    def read(self, path: Path) -> bytes:
        return self._file(path).data

    def rewrite(self, path: Path, data: bytes) -> None:
        """The same bytes over themselves."""
        self.replace(path, data)

    def append(self, path: Path, size: int, data: bytes) -> None:
        """A disk that fails leaves a part."""
        file = self._file(path)
        kept = file.data[:size]
        file.data = file.durable = kept + data[: len(data) // 2]
        self.tick("append")
        file.data = file.durable = kept + data

    def replace(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        self.tick("replace")
        self.files[path] = File(data, data)
        self.durable_names.add(path)

    def after_power_loss(self, rng: Random, keep: bool | None = None) -> "SimulatedDisk":
        """What may be found afterwards: all that was synced, and of the rest what chance (or `keep`) leaves."""
        found = SimulatedDisk()
        found.folders = {one for one in self.folders if self._reachable(one)}
        found.durable_names = set(found.folders)
        for path, file in self.files.items():
            if self._reachable(path):
                data = file.durable + _debris(file.data[len(file.durable) :], rng, keep)
                found.files[path] = File(data, data)
                found.durable_names.add(path)
        return found

    def _reachable(self, path: Path) -> bool:
        return all(one in self.durable_names for one in (path, *path.parents))

    def _file(self, path: Path) -> File:
        if path not in self.files:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        return self.files[path]

    def _opened(self, path: Path) -> int:
        number = next(self._numbers)
        self._open[number] = path
        return number


def _debris(unsynced: bytes, rng: Random, keep: bool | None) -> bytes:
    if keep is not None:
        return unsynced if keep else b""
    left = unsynced[: rng.randrange(len(unsynced) + 1)] if rng.random() < 0.7 else unsynced
    sectors = [left[at : at + SECTOR] for at in range(0, len(left), SECTOR)]
    spoil = rng.choice((0.0, 0.1, 0.5))
    return b"".join(_spoilt(sector, rng) if rng.random() < spoil else sector for sector in sectors)


def _spoilt(sector: bytes, rng: Random) -> bytes:
    return bytes(len(sector)) if rng.random() < 0.5 else rng.randbytes(len(sector))


class FailingDisk(RealDisk):
    """The machine's own disk, whose n-th call of a kind (from 1, while a session runs) fails, and all after it work.

    That those after it work is what makes a second try dangerous: it succeeds and says nothing of what was lost.
    """

    def __init__(self, kind: str, n: int, number: int = errno.EIO, part: int = 0) -> None:
        self.kind, self.n, self.number, self.part = kind, n, number, part
        self.calls = 0
        self.failed = False
        self.after = 0

    def _call(self, kind: str) -> None:
        if self.failed:
            self.after += 1
        if kind == self.kind:
            self.calls += 1
            if self.calls == self.n:
                self.failed = True
                raise OSError(self.number, "No space left on device" if self.number == errno.ENOSPC else "I/O error")

    def write(self, file: int, data: memoryview) -> int:
        if self.kind == "write" and self.calls + 1 == self.n and self.part:
            REAL.write(file, data[: self.part])
        self._call("write")
        return super().write(file, data)

    def sync(self, file: int) -> None:
        self._call("sync")
        super().sync(file)
