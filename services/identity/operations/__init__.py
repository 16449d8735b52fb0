"""The verbs of identity, one module per story."""
