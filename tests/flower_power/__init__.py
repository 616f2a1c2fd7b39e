"""Tests of Flower Power."""
