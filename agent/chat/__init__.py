"""The chat: one LangGraph graph that answers, draws, edits, looks at web pages and plays, and remembers its
threads.

Whoever decides, a model behind an OpenAI-compatible endpoint or rules, goes through the same graph and the same
tools.
"""
