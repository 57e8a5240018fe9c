"""The door to the admin and the desk behind it: signing in and out, the idle clock, one's own
account, the first page."""
