"""What runs inside vLLM's own processes: a start-up hook, a ban on placeholders, a worker that takes seeds.

`vlm.server` puts this folder on the PYTHONPATH of the processes that it starts, and of no others.
"""
