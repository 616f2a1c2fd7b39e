"""The demo: a Home Assistant with a simulated account of every vendor and a dashboard."""
