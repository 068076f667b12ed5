"""Lets diffusers load beside a torchvision that was built for CUDA and a torch that was not.

Such a torchvision looks two compiled operators up when it is imported, and diffusers cannot be imported without
it. Declaring their schemas is enough: nothing that Seedbed draws with ever calls them. `vlm` has the same need and
its own answer, because neither package knows the other.
"""

import torch

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_library: torch.library.Library | None = None


def ensure() -> None:
    """Declare the operators where the installed torchvision lacks them; call before importing diffusers."""
    global _library
    if _library is not None or torch.cuda.is_available():
        return
    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        _library = torch.library.Library("torchvision", "FRAGMENT")
        for schema in _SCHEMAS:
            _library.define(schema)
