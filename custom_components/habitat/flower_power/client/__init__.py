"""The protocol of the Flower Power cloud: requests and answers. It does not import Home Assistant."""
