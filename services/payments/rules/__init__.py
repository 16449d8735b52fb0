"""Decisions of payments on plain values: no database, clock or network."""
