"""FlowCommand's protocol: requests and answers. It does not import Home Assistant."""
