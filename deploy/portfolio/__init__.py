"""Portfolios from files: published pools, JSON Lines and CSV become one normalised record each."""
