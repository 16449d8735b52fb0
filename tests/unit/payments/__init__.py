"""The rules of payments, on plain values."""
