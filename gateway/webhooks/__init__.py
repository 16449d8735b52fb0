"""Webhooks: partners' systems are told events over HTTP, signed in the form of Standard Webhooks."""
