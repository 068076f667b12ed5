"""The embedded experts' pipeline: text-to-image, image-to-image and inpainting, saved in diffusers' layout.

It differs from Stable Diffusion's pipelines in three things: the VAE is optional (without one the U-Net works on
pixels), padding tokens are masked in the text encoder and in cross-attention, and one call serves all three tasks,
by whether it is given a picture and a mask. Load it with `SmallTextToImagePipeline.from_pretrained(folder)`, or
with `DiffusionPipeline.from_pretrained(folder, custom_pipeline=<this file>, trust_remote_code=True)`.
"""

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import torch

from generators.torchvision_shim import ensure

ensure()

from diffusers import (  # noqa: E402
    AutoencoderKL,
    DiffusionPipeline,
    ImagePipelineOutput,
    SchedulerMixin,
    UNet2DConditionModel,
)
from diffusers.image_processor import VaeImageProcessor  # noqa: E402
from diffusers.loaders import StableDiffusionLoraLoaderMixin  # noqa: E402
from diffusers.utils.torch_utils import randn_tensor  # noqa: E402
from transformers import PreTrainedModel, PreTrainedTokenizerBase  # noqa: E402

Generators: TypeAlias = torch.Generator | list[torch.Generator] | None
StepEnd: TypeAlias = Callable[["SmallTextToImagePipeline", int, torch.Tensor, dict[str, Any]], dict[str, Any]]


class SmallTextToImagePipeline(DiffusionPipeline, StableDiffusionLoraLoaderMixin):
    """A conditional U-Net with a small text encoder, any of diffusers' noise schedulers and perhaps a VAE.

    Shapes: latents `[batch, unet.in_channels, height / scale, width / scale]`; pixels run from -1 to 1 inside and
    from 0 to 1 or as PIL pictures outside. Without a VAE the latents are the pixels: as they are for a U-Net of 3
    channels, and in patches of p x p, `scale` being p, for one of 3 p^2.
    """

    model_cpu_offload_seq = "text_encoder->unet->vae"
    _optional_components = ["vae"]  # noqa: RUF012  (diffusers reads a list)
    _callback_tensor_inputs = ["latents", "prompt_embeds"]  # noqa: RUF012

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        text_encoder: PreTrainedModel,
        unet: UNet2DConditionModel,
        scheduler: SchedulerMixin,
        vae: AutoencoderKL | None = None,
    ) -> None:
        super().__init__()
        self.register_modules(
            tokenizer=tokenizer, text_encoder=text_encoder, unet=unet, scheduler=scheduler, vae=vae
        )
        patch = math.isqrt(unet.config.in_channels // 3)
        self.scale = patch if vae is None else 2 ** (len(vae.config.block_out_channels) - 1)
        self.image_processor = VaeImageProcessor(vae_scale_factor=self.scale)
        self.mask_processor = VaeImageProcessor(
            vae_scale_factor=self.scale, do_normalize=False, do_binarize=True, do_convert_grayscale=True
        )
        self._interrupt = False

    @property
    def interrupt(self) -> bool:
        """Set `_interrupt` in a callback to leave the steps that remain undone."""
        return self._interrupt

    @torch.no_grad()
    def __call__(
        self,
        prompt: str | Sequence[str],
        image: Any = None,
        mask_image: Any = None,
        strength: float = 0.8,
        height: int | None = None,
        width: int | None = None,
        num_inference_steps: int = 20,
        guidance_scale: float = 3.0,
        negative_prompt: str | Sequence[str] | None = None,
        num_images_per_prompt: int = 1,
        eta: float = 0.0,
        generator: Generators = None,
        latents: torch.Tensor | None = None,
        output_type: str = "pil",
        return_dict: bool = True,
        callback_on_step_end: StepEnd | None = None,
        callback_on_step_end_tensor_inputs: Sequence[str] = ("latents",),
    ) -> Any:
        """Draw `num_images_per_prompt` pictures for every prompt.

        `image` turns it into image-to-image: of the `num_inference_steps` the last `strength` share is run.
        `mask_image` (white where to repaint) keeps every other pixel of `image` exactly. `guidance_scale` above 1
        is classifier-free guidance against `negative_prompt`, which is empty by default. `output_type` is "pil",
        "np", "pt" or "latent". Raises `ValueError` for what cannot be.
        """
        prompts = [prompt] if isinstance(prompt, str) else list(prompt)
        height, width = self._size(height, width, image)
        self._check(prompts, image, mask_image, strength, callback_on_step_end_tensor_inputs)
        self._interrupt = False
        device = self._execution_device
        batch = len(prompts) * num_images_per_prompt
        guided = guidance_scale > 1.0

        prompt_embeds, words = self.encode_prompt(prompts, negative_prompt if guided else None, guided)
        prompt_embeds = prompt_embeds.repeat_interleave(num_images_per_prompt, dim=0)
        words = words.repeat_interleave(num_images_per_prompt, dim=0)

        self.scheduler.set_timesteps(num_inference_steps, device=device)
        timesteps = self.scheduler.timesteps if image is None else self._last(num_inference_steps, strength)
        shape = (batch, self.unet.config.in_channels, height // self.scale, width // self.scale)
        noise = self._noise(shape, generator, latents)
        original = None if image is None else self._encode(image, height, width, batch, generator)
        if original is None:
            latents = noise * self.scheduler.init_noise_sigma
        else:
            latents = self.scheduler.add_noise(original, noise, timesteps[:1].repeat(batch))
        mask = None if mask_image is None else self._mask(mask_image, height, width)

        options = self._step_options(generator, eta)
        with self.progress_bar(total=len(timesteps)) as bar:
            for number, timestep in enumerate(timesteps):
                if self.interrupt:
                    break
                model_input = torch.cat([latents] * 2) if guided else latents
                model_input = self.scheduler.scale_model_input(model_input, timestep)
                predicted = self.unet(
                    model_input, timestep, encoder_hidden_states=prompt_embeds, encoder_attention_mask=words
                ).sample
                if guided:
                    without, with_prompt = predicted.chunk(2)
                    predicted = without + guidance_scale * (with_prompt - without)
                latents = self.scheduler.step(predicted, timestep, latents, **options).prev_sample
                if mask is not None:
                    latents = self._keep(latents, original, noise, mask[1], timesteps[number + 1 : number + 2])
                if callback_on_step_end is not None:
                    seen = {"latents": latents, "prompt_embeds": prompt_embeds}
                    given = {name: seen[name] for name in callback_on_step_end_tensor_inputs}
                    changed = callback_on_step_end(self, number, timestep, given)
                    latents = changed.pop("latents", latents)
                    prompt_embeds = changed.pop("prompt_embeds", prompt_embeds)
                bar.update()

        images: Any = latents
        if output_type != "latent":
            pixels = self.decode(latents)
            if mask is not None:
                kept = self.image_processor.preprocess(image, height, width).to(pixels)
                pixels = torch.where(mask[0].to(device) > 0.5, pixels, kept)
            images = self.image_processor.postprocess(pixels.float(), output_type=output_type)
        self.maybe_free_model_hooks()
        return ImagePipelineOutput(images=images) if return_dict else (images,)

    def encode_prompt(
        self, prompts: Sequence[str], negative: str | Sequence[str] | None = None, guided: bool = False
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The prompts' embeddings `[n, tokens, width]` and their mask `[n, tokens]`, 1 for words, 0 for padding.

        With `guided` those of `negative` come first, so that both are `[2n, ...]`.
        """
        texts = list(prompts)
        if guided:
            against = [negative or ""] if negative is None or isinstance(negative, str) else list(negative)
            if len(against) == 1:
                against = against * len(texts)
            if len(against) != len(texts):
                raise ValueError(f"{len(against)} negative prompts for {len(texts)} prompts")
            texts = [*against, *texts]
        tokens = self.tokenizer(
            texts,
            padding="max_length",
            max_length=self.tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        )
        mask = tokens.attention_mask.to(self._execution_device)
        ids = tokens.input_ids.to(self._execution_device)
        embeds = self.text_encoder(ids, attention_mask=mask).last_hidden_state
        return embeds.to(self.unet.dtype), mask

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Latents `[batch, channels, h, w]` to pixels `[batch, 3, height, width]` from -1 to 1."""
        if self.vae is None:
            return torch.nn.functional.pixel_shuffle(latents, self.scale).clamp(-1, 1)
        shift = getattr(self.vae.config, "shift_factor", None) or 0.0
        decoded: torch.Tensor = self.vae.decode(latents / self.vae.config.scaling_factor + shift).sample
        return decoded.clamp(-1, 1)

    def _encode(self, image: Any, height: int, width: int, batch: int, generator: Generators) -> torch.Tensor:
        """Pixels of one picture or of `batch` pictures as latents `[batch, channels, h, w]`."""
        pixels = self.image_processor.preprocess(image, height, width)
        pixels = pixels.to(self._execution_device, self.unet.dtype)
        if batch % len(pixels):
            raise ValueError(f"{len(pixels)} pictures for a batch of {batch}")
        pixels = pixels.repeat_interleave(batch // len(pixels), dim=0)
        if self.vae is None:
            return torch.nn.functional.pixel_unshuffle(pixels, self.scale)
        shift = getattr(self.vae.config, "shift_factor", None) or 0.0
        # The mode, not a sample: an edit then starts from the same latents whatever the seed.
        latents: torch.Tensor = self.vae.encode(pixels).latent_dist.mode()
        return (latents - shift) * self.vae.config.scaling_factor

    def _noise(self, shape: tuple[int, ...], generator: Generators, latents: torch.Tensor | None) -> torch.Tensor:
        if isinstance(generator, list) and len(generator) != shape[0]:
            raise ValueError(f"{len(generator)} generators for a batch of {shape[0]}")
        if latents is not None:
            if tuple(latents.shape) != shape:
                raise ValueError(f"latents are {tuple(latents.shape)}, needed are {shape}")
            return latents.to(self._execution_device, self.unet.dtype)
        noise: torch.Tensor = randn_tensor(
            shape, generator=generator, device=self._execution_device, dtype=self.unet.dtype
        )
        return noise

    def _mask(self, mask_image: Any, height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The mask `[1, 1, height, width]`, 1 where to repaint, and the same at the latents' size."""
        mask = self.mask_processor.preprocess(mask_image, height, width)
        small = torch.nn.functional.interpolate(mask, size=(height // self.scale, width // self.scale))
        return mask, small.to(self._execution_device, self.unet.dtype)

    def _keep(
        self,
        latents: torch.Tensor,
        original: torch.Tensor | None,
        noise: torch.Tensor,
        mask: torch.Tensor,
        following: torch.Tensor,
    ) -> torch.Tensor:
        """Put the original back where the mask is black, with as much noise as the next step expects."""
        assert original is not None
        kept = original
        if len(following):
            kept = self.scheduler.add_noise(original, noise, following.repeat(len(original)))
        return (1 - mask) * kept + mask * latents

    def _last(self, steps: int, strength: float) -> torch.Tensor:
        """The last `strength` share of the timesteps, one at least."""
        order = getattr(self.scheduler, "order", 1)
        begin = (steps - max(1, min(int(steps * strength), steps))) * order
        if hasattr(self.scheduler, "set_begin_index"):
            self.scheduler.set_begin_index(begin)
        timesteps: torch.Tensor = self.scheduler.timesteps[begin:]
        return timesteps

    def _step_options(self, generator: Generators, eta: float) -> dict[str, Any]:
        """Those of the options that this scheduler's step takes."""
        known = inspect.signature(self.scheduler.step).parameters
        options = {"generator": generator, "eta": eta}
        return {name: value for name, value in options.items() if name in known}

    def _size(self, height: int | None, width: int | None, image: Any) -> tuple[int, int]:
        """The picture's size in pixels: what is given, that of the picture to change, or the one trained on."""
        if image is not None and height is None and width is None:
            first = image[0] if isinstance(image, (list, tuple)) else image
            height, width = self.image_processor.get_default_height_width(first, None, None)
        native = self.unet.config.sample_size * self.scale
        height, width = height or native, width or native
        multiple = self.scale * 2 ** (len(self.unet.config.block_out_channels) - 1)
        if height % multiple or width % multiple:
            raise ValueError(f"{width}x{height}: width and height must be multiples of {multiple}")
        return height, width

    def _check(
        self, prompts: list[str], image: Any, mask_image: Any, strength: float, tensors: Sequence[str]
    ) -> None:
        if not prompts:
            raise ValueError("there is no prompt")
        if mask_image is not None and image is None:
            raise ValueError("a mask needs the image that it masks")
        if not 0 < strength <= 1:
            raise ValueError(f"strength {strength} is not above 0 and at most 1")
        if unknown := [name for name in tensors if name not in self._callback_tensor_inputs]:
            raise ValueError(f"no tensor {unknown[0]!r} for callbacks; there are {self._callback_tensor_inputs}")
