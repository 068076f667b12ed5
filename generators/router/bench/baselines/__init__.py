"""What the router has to beat: rules from chance to the oracle, each learned from the same scored prompts."""
