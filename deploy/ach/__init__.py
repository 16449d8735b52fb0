"""ACH files and settlement reports, between the bank and the books of payments."""
