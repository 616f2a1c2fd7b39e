"""Parrot's Flower Power and Pot: sensors that stand in a plant's soil."""
