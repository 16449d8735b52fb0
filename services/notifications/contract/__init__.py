"""What neighbours may import of notifications."""
