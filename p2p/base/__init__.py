"""What everything stands on: units, streams of random numbers, exact sums, types in words."""
