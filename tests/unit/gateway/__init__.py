"""The gateway as a WSGI application, with its neighbours played by their contracts."""
