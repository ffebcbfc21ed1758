"""Order operations a second on one core: 90 % limit orders, 10 % cancels, round a wandering price.

    python benchmarks/bench_book.py

Prints the mix with matching, and the same book at several sizes: the cost of an operation must not grow with it.
"""

import gc
import random
import time

from p2p.orderbook.book import Book, Fill

OPERATIONS = 1_000_000
REPEATS = 3

Operation = tuple[int, bool, int, int]
"""Number to cancel or -1, side, price, quantity."""


def stream(operations: int, spread: int, seed: int = 1) -> list[Operation]:
    """Prices round 1,000 that wander; each side mostly stays on its own, so that the book is deep and trades happen."""
    rng = random.Random(seed)
    middle = 1000.0
    said: list[Operation] = []
    for order_id in range(operations):
        middle += rng.uniform(-0.05, 0.05)
        if rng.random() < 0.1 and order_id:
            said.append((rng.randrange(max(0, order_id - 5000), order_id), True, 0, 0))
            continue
        is_buy = rng.random() < 0.5
        away = round(rng.expovariate(1 / spread)) - spread // 4
        said.append((-1, is_buy, round(middle) - away if is_buy else round(middle) + away, rng.randint(1, 10)))
    return said


def play(said: list[Operation]) -> tuple[float, Book, int]:
    """Processor seconds, the book at the end, fills."""
    book = Book()
    fills: list[Fill] = []
    submit, cancel = book.submit, book.cancel
    started = time.process_time()
    for order_id, (gone, is_buy, price, quantity) in enumerate(said):
        if gone < 0:
            submit(order_id, is_buy, price, quantity, fills)
        else:
            cancel(gone)
    return time.process_time() - started, book, len(fills)


def main() -> None:
    gc.disable()
    for operations, spread in ((OPERATIONS // 10, 20), (OPERATIONS, 20), (OPERATIONS, 200)):
        said = stream(operations, spread)
        seconds, book, fills = min((play(said) for _ in range(REPEATS)), key=lambda done: done[0])
        resting, levels = len(book.orders), len(book.bids.levels) + len(book.asks.levels)
        print(
            f"{operations:>9,} operations, spread {spread:>3}: {operations / seconds / 1e6:.2f} million a second, "
            f"{fills:,} fills, {resting:,} orders left on {levels} levels"
        )


if __name__ == "__main__":
    main()
