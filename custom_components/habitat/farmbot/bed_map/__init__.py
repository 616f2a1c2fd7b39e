"""The bed map: the garden drawn as SVG. Knows nothing of Home Assistant."""
