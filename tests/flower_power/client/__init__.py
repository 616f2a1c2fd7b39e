"""Tests of Flower Power's client."""
