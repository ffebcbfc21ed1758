"""What the tests of states share with others."""


class Taken:
    """A peer that takes all that is pushed."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def push(self, data: bytes) -> None:
        self.frames.append(data)

    def buffered(self) -> int:
        return 0
