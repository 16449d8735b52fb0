"""Refusals of notifications: none of its own yet. A request of the wrong shape is the chassis' InvalidRequest."""
