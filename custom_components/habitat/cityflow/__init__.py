"""CityFlow: air probes of cities, the CityProbes of both generations and their like."""
