"""The report: a table that reads alone, and a page that fetches nothing."""

import re
from xml.etree import ElementTree

import pytest

from agent.evaluation.games.plots import plots
from agent.evaluation.games.report import render
from agent.evaluation.games.table import markdown, number


@pytest.fixture
def result(summary):
    return summary({"game-a": [0.2, 0.4, 0.9], "game-b": [0.0, 1.0, 1.0]})


def test_the_markdown_has_a_row_for_each_game(result):
    text = markdown(result)
    assert re.search(
        r"\| game-a \| 3 \| 0\.500 \| [\d.]+ to [\d.]+ \| 0\.500 \| 0\.000 \| 1\.000 \| 0\.500 \|", text
    )
    widths = {line.count("|") for line in text.splitlines() if line.startswith("| game")}
    assert len(widths) == 2, "two tables, each of one width"


def test_plots_are_svg_and_the_same_each_time(result):
    first = plots(result)
    assert len(first) == 3
    for svg in first.values():
        ElementTree.fromstring(svg)
    assert plots(result) == first


def test_the_page_stands_alone(result):
    page = render(result, "<p>a & b</p>")
    assert "game-a" in page and page.count("<svg") == 3
    assert 'srcdoc="&lt;p&gt;a &amp; b&lt;/p&gt;"' in page
    assert not re.search(r"""(?:src|href)\s*=\s*["']?https?:""", page)
    assert "<iframe" not in render(result, "")


def test_nothing_in_a_result_becomes_markup(summary):
    page = render(summary({"<script>alert(1)</script>": [1.0]}), "")
    assert "<script>alert" not in page


def test_numbers_have_the_digits_that_can_be_told():
    shown = [number(value) for value in (None, 0.12345, -0.00001, 12.5, 1234.5)]
    assert shown == ["-", "0.123", "0.000", "12.500", "1234"]
