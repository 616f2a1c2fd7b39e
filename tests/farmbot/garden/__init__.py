"""Tests of FarmBot's garden."""
