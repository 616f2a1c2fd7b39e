"""Tests of FlowCommand."""
