"""The lab's tests: they mirror its rooms; plays/ has what they share."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The folder of the lab."""
