"""The gateway on its own real database."""
