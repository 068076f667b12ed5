"""Takes the picture of a view, straight over the DevTools protocol: Playwright's own adds a fixed wait to each."""

import base64

from playwright.async_api import CDPSession

from envs.browser.execute import View


async def picture(wire: CDPSession, view: View, left: float, top: float) -> bytes:
    """A PNG of `view` in the page at the other end of `wire`, which is scrolled to `left, top` CSS pixels."""
    clip = {"x": view.x + left, "y": view.y + top, "width": view.width, "height": view.height, "scale": 1}
    answer = await wire.send("Page.captureScreenshot", {"format": "png", "clip": clip})
    return base64.b64decode(answer["data"])
