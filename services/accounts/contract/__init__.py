"""What neighbours may import of accounts: shapes, events and refusals."""
