"""What frontends and other systems build on: the documents, that they stay true and compatible, and their pages."""
