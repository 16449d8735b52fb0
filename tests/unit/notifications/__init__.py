"""Whether to tell, and in which words."""
