"""Tests of robots, clients and the load maker."""
