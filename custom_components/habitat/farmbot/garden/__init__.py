"""The garden, worked out from its records. Knows nothing of Home Assistant."""
