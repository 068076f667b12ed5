"""One process that serves everything to other programs: OpenAI's shapes over HTTP, and the same tools over MCP.

Whatever a request says is checked before anything is done with it; no path or address in it is ever opened.
"""
