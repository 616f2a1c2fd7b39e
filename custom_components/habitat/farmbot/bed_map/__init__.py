"""The bed map: the garden drawn as SVG, without Home Assistant."""
