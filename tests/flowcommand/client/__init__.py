"""Tests of FlowCommand's client."""
