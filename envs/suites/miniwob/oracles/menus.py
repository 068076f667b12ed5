"""Tasks that open menus, pie menus and scrolling lists."""

from envs.suites.miniwob.oracles import oracle
from envs.suites.miniwob.oracles.panes import reveal
from envs.suites.miniwob.page import Decision, TaskPage

_ICON_LABEL = """() => {
  const icon = document.querySelector('#query .ui-icon');
  return icon && Object.keys(PROBLEM_SET).find(label => icon.classList.contains(PROBLEM_SET[label]));
}"""
_LIST_STATE = """() => {
  const list = document.getElementById('options'), options = [...list.options];
  if (!list.seedbedFollowed) {
    list.seedbedFollowed = true;
    list.addEventListener('mousedown', event => { list.seedbedCursor = options.indexOf(event.target); });
    list.addEventListener('keydown', event => {
      const step = {ArrowUp: -1, ArrowDown: 1}[event.key] ?? 0;
      if (list.seedbedCursor !== undefined)
        list.seedbedCursor = Math.min(Math.max(list.seedbedCursor + step, 0), options.length - 1);
    });
  }
  return {chosen: options.flatMap((option, index) => option.selected ? [index] : []),
          cursor: list.seedbedCursor ?? null};
}"""
_AT_REST = "matrix(1,0,0,1,"
"""How the transformation of an item's title begins in the wheel that is wholly unfolded."""
_FIRST_IS_OUT = """() => new Promise(done => {
  const part = name => document.querySelector(`[id$=-${name}]`).getBoundingClientRect();
  const look = () => (part('title-0').top > part('spreader').bottom ? done() : requestAnimationFrame(look));
  look();
})"""


@oracle("click-menu")
async def click_menu(page: TaskPage) -> Decision | None:
    """A submenu opens while the pointer rests on its title, where a click would choose it: hence the wheel."""
    *titles, leaf = page.fields["target"].split(">")
    items = await page.query("#menu .ui-menu-item > div")
    shown = [item.text for item in items]
    if leaf in shown:
        return page.click(items.with_text(leaf))
    deepest = [title for title in titles if title in shown][-1]  # The menu's first level never hides.
    if "ui-state-active" in items.with_text(deepest).attributes["class"]:
        return page.wait()
    return page.scroll(items.with_text(deepest), "down")


@oracle("click-menu-2")
async def click_menu_with_icons(page: TaskPage) -> Decision | None:
    label = await page.evaluate(_ICON_LABEL) or page.fields["target"].split('"')[1]
    items = await page.query("#menu .ui-menu-item > div")
    if not items:
        return page.click((await page.query("#open-menu"))[0])
    shown = {item.text: item for item in items}
    return page.click(shown.get(label, shown["Playback"]))


@oracle("click-scroll-list")
async def choose_in_list(page: TaskPage) -> Decision | None:
    """Click the upper one; go to the other with Ctrl and an arrow, and take it with Ctrl Space.

    Where the keyboard stands is drawn as a dotted frame, but no property tells: a listener of ours follows it.
    """
    options = await page.query("#options option")
    texts = [option.text for option in options]
    wanted = sorted(texts.index(text) for text in page.fields["target"].split(", "))
    state = await page.evaluate(_LIST_STATE)
    chosen, cursor = state["chosen"], state["cursor"]
    if chosen == wanted:
        return page.click((await page.query("#area button"))[0])
    if wanted[0] not in chosen or not set(chosen) <= set(wanted) or cursor is None:
        upper = options[wanted[0]]
        return await reveal(page, upper, "#options") or page.click(upper)
    return page.hotkey("ctrl space" if cursor == wanted[1] else "ctrl down" if cursor < wanted[1] else "ctrl up")


@oracle("click-pie", "click-pie-nodelay")
async def click_pie(page: TaskPage) -> Decision | None:
    """The first item counts as chosen from the start; the page hears a click on it only while the wheel unfolds.

    Once the wheel rests, each movement over a chosen item takes its nodes out of the document and puts them back
    in front, so that the browser delivers the press to the drawing as a whole. Where the wheel unfolds at once,
    nobody can choose that item: None.
    """
    (title_of_spreader,) = await page.query("[id$=-spreadertitle]")
    spreader = (await page.query("[id$=-spreader]"))[0]
    if title_of_spreader.text == "+":
        return page.click(spreader)
    title = (await page.query("[id*=-title-]")).with_text(page.fields["target"])
    rests = title.attributes["transform"].startswith(_AT_REST)
    if not title.attributes["id"].endswith("-0"):
        return page.click(title) if rests else page.wait()
    if rests:
        # Too late: fold the wheel, to unfold it again.
        return None if page.task == "click-pie-nodelay" else page.click(spreader)
    # It comes out from behind the spreader in less time than one step of waiting takes.
    await page.evaluate(_FIRST_IS_OUT)
    return page.click((await page.query("[id$=-title-0]"))[0])
