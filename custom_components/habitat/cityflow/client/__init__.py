"""The wire: what CityFlow's servers are asked and what they answer. Knows nothing of Home Assistant."""
