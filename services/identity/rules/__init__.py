"""Pure decisions of identity: passwords, names to sign in with, lifetimes of sessions."""
