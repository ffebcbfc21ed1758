"""The operating system's lock on an open file: it is gone with its process, however that ended."""

import os

FAR = 2**31 - 2
"""The byte that is locked on Windows, where what is locked cannot be read: far behind whatever is in the file."""


def hold(file: int) -> bool:
    """Whether the lock on a file, by its descriptor, could be had at once; closing the file lets go of it."""
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(file, FAR, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
