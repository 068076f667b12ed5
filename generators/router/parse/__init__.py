"""What a person asks for: form, content, terms to keep, medium, what to leave out, and edits of what came before.

Rules and a tiny classifier do it offline; where a language model is at hand one structured call does it better.
"""
