"""A series of points for the chart that never grows beyond a bound, however long a period is."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

POINTS_MAX = 512
"""Points of one series: a chart 200 columns wide shows no more than 400 apart."""

T = TypeVar("T")


@dataclass
class Downsampled(Generic[T]):
    """Points in order; when there are too many, every second one of the older half is let go."""

    points: list[T] = field(default_factory=list)

    def append(self, point: T) -> None:
        """Add the newest point."""
        self.points.append(point)
        if len(self.points) > POINTS_MAX:
            half = len(self.points) // 2
            self.points = self.points[:half:2] + self.points[half:]

    def clear(self) -> None:
        """Begin anew."""
        self.points.clear()
