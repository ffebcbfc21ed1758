"""Turns at slow look-ups of codes: an address's guesses wait for one another, and no other address does."""

import asyncio
from collections.abc import Callable
from random import Random


class AddressTurns:
    """So many at once. Addresses have turns; within one address, which may be a room, the next is drawn.

    `is_late`: whether an address, of many wrong codes perhaps, has its turn when no other one waits.
    """

    def __init__(self, at_once: int, is_late: Callable[[str], bool], chance: Random) -> None:
        self._free, self._is_late, self._chance = at_once, is_late, chance
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}

    async def turn_of(self, address: str) -> None:
        """Wait for one's turn; `give_back` it after."""
        if self._free and not self._waiting:
            self._free -= 1
            return
        waits: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(address, []).append(waits)
        try:
            await waits
        except asyncio.CancelledError:
            if not waits.cancelled():
                self.give_back()
            elif waits in (crowd := self._waiting.get(address, [])):
                crowd.remove(waits)
                if not crowd:
                    del self._waiting[address]
            raise

    def give_back(self) -> None:
        """One has ended: the next one has its turn."""
        self._free += 1
        while self._free and self._waiting:
            address = min(self._waiting, key=self._is_late)
            crowd = self._waiting.pop(address)
            drawn = crowd.pop(self._chance.randrange(len(crowd)))
            if crowd:
                self._waiting[address] = crowd
            if not drawn.cancelled():
                self._free -= 1
                drawn.set_result(None)
