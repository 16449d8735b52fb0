"""What neighbours may know of leases."""
