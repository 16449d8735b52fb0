"""Leases: the contract as signed, the car, and which of the three ways out is open, and why."""
