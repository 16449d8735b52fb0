"""What accounts is given from outside: what the company decides, and the printer of its documents."""
