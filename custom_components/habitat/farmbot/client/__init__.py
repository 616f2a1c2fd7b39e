"""The client of FarmBot's server, broker and robot, without Home Assistant."""
