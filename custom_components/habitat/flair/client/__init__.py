"""The wire: what Flair's servers are asked and what they answer. Knows nothing of Home Assistant."""
