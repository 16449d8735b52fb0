"""The servicing engine's rules, by worked numbers and by properties."""
