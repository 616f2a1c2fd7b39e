"""Tests of the simulated FarmBot cloud."""
