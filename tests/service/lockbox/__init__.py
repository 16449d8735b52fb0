"""Mailed cheques: a bank's file, the books, and staff who find the account."""
