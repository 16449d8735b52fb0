"""Proof of what the project promises, from pure rules to whole journeys."""
