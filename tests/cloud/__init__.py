"""Tests of what every vendor's client stands on."""
