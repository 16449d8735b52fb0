"""Accounts: contracts, balances, dues and the ledger of loans and leases."""
