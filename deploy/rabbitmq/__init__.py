"""The broker's definitions: who may do what, and everything that is declared on it."""
