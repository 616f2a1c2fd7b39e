"""What several packages of tests share: accounts on simulated clouds, faults, odd homes and what Hypothesis draws."""
