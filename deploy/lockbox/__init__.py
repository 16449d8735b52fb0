"""Mailed cheques: the bank's file read line by line, and taken into the books of payments."""
