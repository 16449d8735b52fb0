"""Payments behind its doors: real PostgreSQL, the real sandbox as its own process, accounts as its contract says."""
