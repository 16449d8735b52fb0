"""Nacha files: written, read, and held against an independent library."""
