"""Vendors behind one interface for each channel, the words of a message, and the cipher of the stored fields."""
