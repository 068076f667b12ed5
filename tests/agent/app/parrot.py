"""Somebody who answers in a chat without a model."""

import asyncio

from agent.app.chatservice import ChatEvent


class Parrot:
    """Says how much it was told, word by word; `wait` waits until it is cancelled, `fail` fails."""

    name = "parrot"

    def __init__(self):
        self.turns, self.cancelled = [], False

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass

    def continued(self, user, said):
        return None

    async def answer(self, turn):
        self.turns.append(turn)
        last = turn.messages[-1]
        match last.text:
            case "wait":
                try:
                    yield ChatEvent("token", {"text": "…"})
                    await asyncio.Event().wait()
                finally:
                    self.cancelled = True
            case "fail":
                yield ChatEvent("error", {"message": "the model is gone", "code": "model_gone", "retryable": True})
            case _:
                yield ChatEvent("progress", {"step": 1, "of": 2, "eta_ms": 5})
                for word in (f"{len(last.text.split())} words, ", f"{len(last.pictures)} pictures"):
                    yield ChatEvent("token", {"text": word})
                yield ChatEvent("artifact", {"id": "0" * 16, "url": "/x", "recipe": None})
        yield ChatEvent("done", {"status": "done"})
