"""Tests of CityFlow's client."""
