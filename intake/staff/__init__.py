"""The door to the admin: signing in and out, the idle clock, one's own account."""
