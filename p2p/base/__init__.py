"""The foundations of every other room: units, streams of random numbers, exact sums, types in words."""
