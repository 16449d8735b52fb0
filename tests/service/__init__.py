"""Services behind their doors, on a real database."""
