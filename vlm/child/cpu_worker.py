"""vLLM's worker for a CPU, in which a request may bring a seed.

vLLM draws a token after every piece of a split prompt, throws away all but the last, and turns the request's
generator back by that draw. Generators on a CPU cannot be turned back by an offset, so that vLLM 0.32 dies of the
first request with a seed whose prompt it splits ("CPU Generator does not use offset"). Here they begin again.
"""

from typing import Any

import numpy as np
from vllm.v1.worker.cpu_model_runner import CPUModelRunner
from vllm.v1.worker.cpu_worker import CPUWorker


class SeededRunner(CPUModelRunner):
    """Keeps the generators of requests whose prompt is not read to its end from vLLM's hands, and resets them.

    None of such a request's answer has been drawn yet, so that its generator belongs at its beginning. Only one
    that was thrown out of the cache in the middle of its answer goes on with other draws than it would have had.
    """

    def _bookkeeping_sync(self, *args: Any, **kwargs: Any) -> Any:
        batch = self.input_batch
        unread = {int(place) for place in np.nonzero(self.discard_request_mask.np[: batch.num_reqs])[0]}
        kept = {place: batch.generators.pop(place) for place in unread & batch.generators.keys()}
        for generator in kept.values():
            generator.manual_seed(generator.initial_seed())
        try:
            return super()._bookkeeping_sync(*args, **kwargs)
        finally:
            batch.generators.update(kept)


class SeededWorker(CPUWorker):
    """vLLM makes it where `--worker-cls` says so."""

    def init_device(self) -> None:
        super().init_device()
        # vLLM's second model runner, which it does not use unless told, draws in another way.
        if type(self.model_runner) is CPUModelRunner:
            self.model_runner.__class__ = SeededRunner
