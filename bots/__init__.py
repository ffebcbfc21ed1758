"""Robots as websocket clients."""
