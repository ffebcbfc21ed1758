"""The terminal beneath a program: asked to end by a signal, or gone for good, with its window or its line.

SIGTERM, and SIGHUP unless it is ignored, make a program leave as its person would: the terminal is as it was before.
Where the terminal is gone, nobody can see a drawing, and drawing may wait for ever. Then the process ends at once, and
the server sees the connection close. A thread looks for that, because the program's own loop may be stuck.
"""

import asyncio
import os
import signal
import sys
import termios
from collections.abc import Callable
from threading import Thread
from time import sleep

LOOK_S = 0.5
"""How often the terminal is looked for."""
SIGNALLED = 128
"""A shell's exit status for a program that a signal has ended is this, and the signal's number."""


def watch_terminal(ask_to_end: Callable[[int], None]) -> None:
    """Call with the exit status when a signal asks to end; end the process when the terminal is gone."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, ask_to_end, SIGNALLED + number)
    keys = sys.__stdin__.fileno() if sys.__stdin__ else -1
    if not is_gone(keys):
        Thread(target=_end_with, args=(keys,), name="terminal", daemon=True).start()


def is_gone(descriptor: int) -> bool:
    """Whether there is no terminal behind a descriptor (any more)."""
    try:
        termios.tcgetattr(descriptor)
    except termios.error:
        return True
    return False


def _end_with(descriptor: int) -> None:
    """End the process as soon as its terminal is gone."""
    while not is_gone(descriptor):
        sleep(LOOK_S)
    os._exit(SIGNALLED + signal.SIGHUP)
