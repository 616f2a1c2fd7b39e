"""Tests of CityFlow."""
