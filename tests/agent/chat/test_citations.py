"""No answer names a picture that does not exist, however its words come."""

from hypothesis import given
from hypothesis import strategies as st

from agent.chat.citations import CALL, Sieve, cite, cited, verified

KNOWN = frozenset(("aa", "b2"))
pieces = st.lists(
    st.sampled_from(
        ("[#aa]", "[#b2]", "[#zz]", "[#", "[", "]", "#aa", "<tool", "_call>", CALL, "<", "see ", "\n", "[#a a]")
    )
    | st.text(max_size=4),
    max_size=12,
)


def test_only_what_exists_is_named() -> None:
    text = f"Here is {cite('aa')} and {cite('zz')}."
    assert verified(text, KNOWN) == ("Here is [#aa] and .", ("zz",))
    assert cited(text) == ("aa", "zz")


@given(pieces)
def test_a_stream_shows_what_the_whole_text_would(parts: list[str]) -> None:
    sieve = Sieve(KNOWN)
    shown = "".join([*(sieve.feed(part) for part in parts), sieve.end()])
    assert shown == verified("".join(parts).partition(CALL)[0], KNOWN)[0]


@given(pieces)
def test_never_is_an_unknown_one_let_through(parts: list[str]) -> None:
    sieve = Sieve(KNOWN)
    shown = "".join([*(sieve.feed(part) for part in parts), sieve.end()])
    assert CALL not in shown


def test_words_come_at_once_when_nothing_is_in_doubt() -> None:
    sieve = Sieve(KNOWN)
    assert sieve.feed("Here it is: ") == "Here it is: "
    assert sieve.feed("[#a") == ""
    assert sieve.feed("a]!") == "[#aa]!"
