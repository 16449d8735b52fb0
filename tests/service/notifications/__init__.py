"""Notifications through its doors: real PostgreSQL, and the sandbox spoken to by the official clients."""
