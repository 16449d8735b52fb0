"""Bringing the services up, and the command line that looks after them."""
