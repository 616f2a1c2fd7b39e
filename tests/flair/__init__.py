"""Tests of Flair."""
