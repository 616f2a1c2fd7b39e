"""The vendors' own clients on the simulated clouds; run by scripts/fidelity."""
