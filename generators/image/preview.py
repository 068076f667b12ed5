"""A quick look at latents, without the decoder: they are pictures already, of other colours."""

from typing import Any

from PIL import Image

PREVIEW_PX = 256
"""The longest side of a preview."""

LATENT_TO_RGB: dict[int, tuple[tuple[float, float, float], ...]] = {
    4: ((0.3512, 0.2297, 0.3227), (0.325, 0.4974, 0.235), (-0.2829, 0.1762, 0.2721), (-0.212, -0.262, -0.718)),
}
"""From a number of latent channels to what each adds to red, green and blue: the linear fit to the decoder of the
Stable Diffusion family that its interfaces use. Other latents are shown as their first three channels."""


def preview(pipeline: Any, latents: Any, width: int, height: int) -> Image.Image:
    """What can be seen so far of the first picture of `latents`, at most `PREVIEW_PX` wide or high."""
    import torch

    if latents.ndim == 3:
        # Flow transformers pack 2x2 patches into tokens `[batch, h/16 * w/16, channels * 4]`.
        rows, columns = height // 16, width // 16
        latents = latents.reshape(latents.shape[0], rows, columns, -1, 4)[..., 0].permute(0, 3, 1, 2)
    first = latents[0].detach().to("cpu", torch.float32)
    if getattr(pipeline, "vae", None) is not None:
        factors = LATENT_TO_RGB.get(first.shape[0])
        first = torch.einsum("chw,cr->rhw", first, torch.tensor(factors)) if factors else first[:3]
        first = first / first.abs().amax().clamp(min=1e-6)
    elif first.shape[0] > 3:
        # Pixels in patches, as the embedded experts draw them.
        first = pipeline.decode(first[None])[0]
    pixels = ((first.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).numpy()
    scale = min(1.0, PREVIEW_PX / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR)
