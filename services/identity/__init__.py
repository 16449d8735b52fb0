"""Identity: who a person is, how they prove it, and on which accounts they may act."""
