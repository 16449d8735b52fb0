"""The calculators: what they take, what they refuse, and the worked page that describes them."""
