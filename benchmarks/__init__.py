"""What Habitat costs: requests, time, CPU and state writes, beside the client it replaces."""
