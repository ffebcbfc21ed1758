"""Tests of the checks that ship with the lab."""
