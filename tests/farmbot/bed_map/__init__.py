"""Tests of FarmBot's bed_map."""
