"""ACH files: what is queued leaves in one, what comes back is taken once, reports are held against our books."""
