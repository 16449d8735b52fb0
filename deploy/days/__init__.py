"""Watching the business days of a running stack: what each did, and waiting until one is over."""
