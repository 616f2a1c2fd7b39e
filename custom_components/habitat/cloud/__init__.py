"""What every vendor's cloud client stands on; knows nothing of Home Assistant."""
