"""The calculators of `captive calculate`: a strict reading of plain data around the rules that the services use."""
