"""Pictures that come with requests: bounded in bytes and pixels, decoded, and kept as a plain PNG of their pixels.

What an address in a request leads to is never fetched: pictures come as files or as `data:` addresses.
"""

import asyncio
import base64
import binascii
import io
import re

from PIL import Image, ImageOps, UnidentifiedImageError
from starlette.datastructures import UploadFile

from agent.app.config import Limits
from agent.app.errors import ApiError, wrong

FORMATS = ("PNG", "JPEG", "WEBP")


async def picture_of(upload: UploadFile, limits: Limits, param: str) -> bytes:
    """The picture in an uploaded file; raises `ApiError`. The file's name and declared type say nothing."""
    content = await upload.read(limits.upload_bytes + 1)
    return await asyncio.to_thread(plain_png, content, limits, param)


async def picture_at(url: str, limits: Limits, param: str) -> bytes:
    """The picture in a `data:` address; every other address is refused unopened."""
    found = re.match(r"data:image/(?:png|jpe?g|webp);base64,", url[:40], re.IGNORECASE)
    if found is None:
        raise wrong(
            "no address is opened here: give the picture itself as data:image/png;base64,…", param, "invalid_image"
        )
    if len(url) > limits.upload_bytes * 4 // 3 + 64:
        raise _too_large(limits, param)
    try:
        content = base64.b64decode(url[found.end() :], validate=True)
    except (binascii.Error, ValueError):
        raise wrong("the picture is not valid base64", param, "invalid_image") from None
    return await asyncio.to_thread(plain_png, content, limits, param)


def plain_png(content: bytes, limits: Limits, param: str) -> bytes:
    """A new PNG of a picture's pixels: whatever else was in the file is gone. Raises `ApiError`."""
    if len(content) > limits.upload_bytes:
        raise _too_large(limits, param)
    try:
        # The size stands in the header; it is looked at before a pixel is decoded.
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > limits.upload_px:
                size = f"{image.width}x{image.height}"
                raise wrong(
                    f"{param} is {size}: at most {limits.upload_px} pixels are taken", param, "image_too_large"
                )
            if getattr(image, "n_frames", 1) != 1:
                raise wrong(f"{param} is animated: give one picture", param, "invalid_image")
            image.load()
            upright = ImageOps.exif_transpose(image)
    except UnidentifiedImageError:
        said = f"{param} is no PNG, JPEG or WebP picture"
        raise wrong(said, param, "invalid_image") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise wrong(f"{param} cannot be decoded", param, "invalid_image") from None
    modes = {"RGB", "RGBA", "L"}
    kept = (
        upright if upright.mode in modes else upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    )
    bare = Image.frombytes(kept.mode, kept.size, kept.tobytes())
    stream = io.BytesIO()
    bare.save(stream, "PNG")
    return stream.getvalue()


def repainted(mask: bytes, picture: bytes) -> bytes:
    """The mask as the generators read it, white where is to be repainted.

    OpenAI's masks are transparent there; one without transparency is taken as it is. Raises `ApiError`.
    """
    with Image.open(io.BytesIO(mask)) as image, Image.open(io.BytesIO(picture)) as whole:
        if image.size != whole.size:
            raise wrong(f"mask is {image.width}x{image.height}, image {whole.width}x{whole.height}", "mask")
        if image.mode == "RGBA":
            white = image.getchannel("A").point(lambda alpha: 255 - alpha)
        else:
            white = image.convert("L")
    stream = io.BytesIO()
    white.save(stream, "PNG")
    return stream.getvalue()


def _too_large(limits: Limits, param: str) -> ApiError:
    return ApiError(413, f"{param} is larger than {limits.upload_bytes} bytes", "image_too_large", param)
