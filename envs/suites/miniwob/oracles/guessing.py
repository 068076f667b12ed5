"""Tasks that try, look at the answer, and try again: numbers, a game, a price."""

from dataclasses import replace

from envs.suites.miniwob.oracles import oracle
from envs.suites.miniwob.oracles.entry import submit
from envs.suites.miniwob.page import Decision, TaskPage

FIRST_GUESS = 4
LOWER = {4: 1, 1: 0, 7: 5}
HIGHER = {4: 7, 1: 2, 2: 3, 5: 6, 7: 8, 8: 9}
"""A search tree over 0-9: each guess occurs once, so the last answer alone says what to try next."""
LOOK_AHEAD = 10
"""Ticks of a tenth of a second: about as long as it takes to wait and to look again."""
_PRICES = """() => {
  // The page draws the price of each tick with a function of its own, which is given all prices.
  if (!drawPrices.seedbedDraws) {
    const draws = drawPrices;
    drawPrices = prices => { drawPrices.seedbedPrices = prices; draws(prices); };
    drawPrices.seedbedDraws = draws;
  }
  return [priceIndex - 1, priceIndex ? drawPrices.seedbedPrices ?? [] : []];
}"""
_UNTIL = """tick => new Promise(done => {
  const look = () => (priceIndex > tick ? done() : setTimeout(look, 5));
  look();
})"""


@oracle("generate-number")
async def generate_number(page: TaskPage) -> Decision | None:
    shown, limit = (await page.query("#display-number"))[0].text, int(page.fields.get("number", 0))
    if shown != "-":
        number = int(shown)
        good = {
            "odd": number % 2 == 1,
            "even": number % 2 == 0,
            "greater than": number > limit,
            "less than": number < limit,
        }
        if good[page.fields["criterion"]]:
            return page.click((await page.query("#submit"))[0])
    return page.click((await page.query("#generate"))[0])


@oracle("guess-number")
async def guess_number(page: TaskPage) -> Decision | None:
    guess = FIRST_GUESS
    if lower := await page.query("#lower span"):
        guess = LOWER.get(int(lower[0].text), int(lower[0].text) - 1)
    elif higher := await page.query("#higher span"):
        guess = HIGHER.get(int(higher[0].text), int(higher[0].text) + 1)
    (entry,) = await page.query("#tt")
    # A number field does not tell where its selection begins; the document knows what is selected.
    selected = entry.value != "" and await page.evaluate("() => String(getSelection())") == entry.value
    return page.fill(replace(entry, selected=selected), str(guess)) or await submit(page)


@oracle("odd-or-even")
async def odd_or_even(page: TaskPage) -> Decision | None:
    numbers = await page.query(".display-number")
    odd, even = await page.query("button.odd"), await page.query("button.even")
    for number, if_odd, if_even in zip(numbers, odd, even, strict=True):
        button = if_odd if int(number.text) % 2 else if_even
        if "selected" not in button.attributes["class"]:
            return page.click(button)
    return page.click((await page.query("#submit"))[0])


@oracle("ascending-numbers")
async def ascending_numbers(page: TaskPage) -> Decision | None:
    """The numbers vanish behind black squares after the first click; the squares know which is which."""
    if squares := await page.query("#area_svg rect"):
        return page.click(min(squares, key=lambda square: int(square.attributes["data-index"])))
    return page.click((await page.query("#area_svg text")).with_text("1"))


@oracle("stock-market")
async def buy_stock(page: TaskPage) -> Decision | None:
    """The price changes ten times a second and may be low enough for a single tick, so we look ahead at it.

    Of the moments to come, those are preferred whose price lasts for a second tick. None once all are over.
    """
    limit = float(page.fields["target"])
    now, prices = await page.evaluate(_PRICES)
    if not prices:
        return page.wait()
    low = [tick for tick in range(max(now, 0), len(prices)) if prices[tick] <= limit]
    lasting = [tick for tick in low if tick + 1 in low]
    if not low:
        return None
    moment = (lasting or low)[0]
    if moment > now + LOOK_AHEAD:
        return page.wait()
    await page.evaluate(_UNTIL, moment)
    return page.click((await page.query("#buy"))[0])
