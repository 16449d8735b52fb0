"""Whole payments on a whole stack whose programs die at named points: the stack, the payers, the count."""
