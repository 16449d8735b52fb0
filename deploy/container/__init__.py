"""What runs in containers beside the services themselves."""
