"""Other internal systems on a live stack: the three samples, and what an operator has to watch and repeat events."""
