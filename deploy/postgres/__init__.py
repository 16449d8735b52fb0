"""A PostgreSQL of our own: found on the machine or in a wheel, private to one data folder, one database per service."""
