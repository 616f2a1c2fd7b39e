"""The wire: what Flower Power's servers are asked and what they answer. Knows nothing of Home Assistant."""
