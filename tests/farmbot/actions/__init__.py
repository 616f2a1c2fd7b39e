"""Tests of FarmBot's actions."""
