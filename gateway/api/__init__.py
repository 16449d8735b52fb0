"""Every route of the gateway, one module for each resource."""
