"""Tests of Flair's client."""
