"""Computes facts about the garden from the records of the server, without Home Assistant."""
