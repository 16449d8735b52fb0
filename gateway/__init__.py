"""The gateway: the one HTTP door for frontends."""
