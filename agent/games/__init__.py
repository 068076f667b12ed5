"""The game agent: a LangGraph graph that perceives a game, plans where it may, acts and remembers.

It shares its policies' ground, budgets, run record and replay with the GUI agent.
"""
