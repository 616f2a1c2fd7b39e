"""What all simulated clouds have in common."""
