"""Writes the skeleton of another vendor."""
