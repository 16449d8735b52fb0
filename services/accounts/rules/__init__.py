"""The servicing engine: pure decisions over frozen terms and payments; no database, clock or network."""
