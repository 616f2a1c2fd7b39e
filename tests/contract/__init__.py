"""What every vendor must do."""
