"""What neighbours and the gateway may know of payments."""
