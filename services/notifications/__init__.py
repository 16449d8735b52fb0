"""Notifications: whether, how and when a customer is told, and what became of it."""
