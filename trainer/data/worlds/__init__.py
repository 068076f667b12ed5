"""Eight worlds of pictures that are drawn by rule and described in words, each with a reader that needs no model.

They teach the embedded image experts, and they tell how much of any prompt any picture shows.
"""
