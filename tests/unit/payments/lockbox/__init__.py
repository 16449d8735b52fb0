"""Lockbox files: each line read, and decided what becomes of it."""
