"""Tests of FarmBot."""
