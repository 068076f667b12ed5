"""How good the router is: on a matrix of scores that all arms have for all prompts, every rule can be replayed."""
