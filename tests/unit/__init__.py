"""Rules and other pure code, in milliseconds."""
