"""The advantage database: prompts, scores, decisions, votes and posteriors in one SQLite file.

Everything that the router believes can be made again from its tables, to the last bit.
"""
