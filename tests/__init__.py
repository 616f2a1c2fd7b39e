"""Tests of Habitat."""
