"""FlowCommand: flow sensors that are clamped onto pipes."""
