"""Whole portfolios are taken over into real databases."""
