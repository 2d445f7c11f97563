"""What the text beside recovery data says is read back as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archiver.parity.readme import Recorded, SetLine, read_readme, write_readme
from archiver.parity.sets import ONE_FILE, OWN_FILES, Amount

AMOUNTS = st.one_of(
    st.just(ONE_FILE), st.integers(1, 100_000).map(lambda tenths: Amount("share", tenths / 100_000))
)
TITLES = st.one_of(
    st.just(OWN_FILES),
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1).map("data/{}".format),
)
LINES = st.builds(
    SetLine,
    st.integers(1, 99_999),
    st.integers(0, 2000),
    st.integers(0, 32_000),
    st.integers(4, 1 << 36),
    TITLES,
)


@given(st.builds(Recorded, AMOUNTS, st.lists(LINES, min_size=1).map(tuple), st.integers(0, 9_999)))
def test_it_is_read_back(recorded: Recorded) -> None:
    read = read_readme(write_readme(recorded))
    assert read is not None
    assert str(read.amount) == str(recorded.amount)
    assert read.left_out == recorded.left_out
    assert sorted(read.sets, key=repr) == sorted(recorded.sets, key=repr)


@given(st.binary(max_size=500))
def test_any_other_text_says_nothing(content: bytes) -> None:
    assert read_readme(content) is None
