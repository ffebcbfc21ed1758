"""The operating system's lock on an open file: it is gone with its process, however that ended."""

import os

FAR = 2**31 - 2
"""The byte that is locked on Windows, where a locked byte cannot be read: far behind the end of the file."""


def hold(file: int) -> bool:
    """Whether nobody else holds a file, by its descriptor, and it is ours now; closing the file lets go of it.

    Where the file system knows no locks nobody is refused.
    """
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(file, FAR, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True
