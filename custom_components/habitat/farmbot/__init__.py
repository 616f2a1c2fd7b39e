"""FarmBot: a robot that tends a garden bed."""
