"""What the clients of all vendors need. It does not import Home Assistant."""
