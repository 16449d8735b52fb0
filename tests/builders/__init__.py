"""Builders: one per noun, named for its difference; and the wiring of a service without a bus."""
