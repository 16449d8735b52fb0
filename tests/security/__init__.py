"""What an attacker inside the house may not do."""
