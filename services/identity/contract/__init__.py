"""What neighbours may import of identity: shapes, events, refusals and the settings it shares."""
