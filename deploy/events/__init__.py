"""What the services have told, seen and told again: from the broker's stream of events, or from the outboxes."""
