"""Outcomes of the deploy commands on real processes, a real PostgreSQL and a real broker."""
