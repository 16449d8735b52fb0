"""The card and ACH processor behind one interface."""
