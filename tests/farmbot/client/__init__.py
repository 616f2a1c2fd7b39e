"""Tests of FarmBot's client."""
