"""Flair: smart vents, pucks, bridges, room climates and infrared-driven units."""
