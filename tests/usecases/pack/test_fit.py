from __future__ import annotations

from itertools import accumulate, groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.usecases.pack.fit import Part, split

FILES = st.lists(
    st.tuples(st.sampled_from("abcde"), st.integers(0, 30), st.sampled_from([0, 0, 1, 7])), max_size=60
)
BARE = FILES.map(lambda files: [(album, size, 0) for album, size, _ in files])


def bare(*files: tuple[str, int]) -> list[tuple[str, int, int]]:
    """Files that nothing describes."""
    return [(album, size, 0) for album, size in files]


def test_albums_stay_whole_and_in_order() -> None:
    files = bare(("A", 40), ("A", 40), ("B", 30), ("C", 70), ("D", 10))
    assert split(files, 100) == (Part(0, 2, 80, 80), Part(2, 4, 100, 100), Part(4, 5, 10, 10))


def test_an_album_larger_than_a_bag_is_cut_and_named_and_what_follows_joins_its_end() -> None:
    files = bare(("A", 10), ("Box", 60), ("Box", 60), ("Box", 20), ("C", 10), ("D", 20))
    assert split(files, 100) == (
        Part(0, 1, 10, 10),
        Part(1, 2, 60, 60, cut=("Box",)),
        Part(2, 5, 90, 90, cut=("Box",)),
        Part(5, 6, 20, 20),
    )


def test_a_file_larger_than_a_bag_is_alone_and_said_to_be_oversize() -> None:
    assert split(bare(("A", 10), ("Mix", 500), ("B", 10)), 100) == (
        Part(0, 1, 10, 10),
        Part(1, 2, 500, 500, oversize=True),
        Part(2, 3, 10, 10),
    )


def test_an_oversize_file_within_an_album_cuts_the_album() -> None:
    parts = split(bare(("A", 10), ("A", 500), ("A", 10)), 100)
    assert [(part.start, part.end, part.cut, part.oversize) for part in parts] == [
        (0, 1, ("A",), False),
        (1, 2, ("A",), True),
        (2, 3, ("A",), False),
    ]


def test_files_without_bytes_follow_their_album() -> None:
    assert split(bare(("A", 100), ("A", 0), ("B", 0), ("C", 1)), 100) == (
        Part(0, 3, 100, 100),
        Part(3, 4, 1, 1),
    )


def test_what_describes_files_and_bags_takes_room_too() -> None:
    files = [("A", 30, 5), ("B", 30, 5), ("C", 30, 5)]
    assert split(files, 100, 20) == (Part(0, 2, 60, 90), Part(2, 3, 30, 55))


def test_no_album_is_cut_and_no_bag_begun_for_descriptions_that_fit_nowhere() -> None:
    whole = [("A", 45, 9), ("A", 45, 9), ("B", 20, 9)]
    assert split(whole, 100) == (Part(0, 2, 90, 108), Part(2, 3, 20, 29))
    tiny = [("A", 4, 900), ("A", 4, 900), ("B", 2, 900), ("Box", 6, 900), ("Box", 6, 900)]
    assert split(tiny, 10, 5000) == (
        Part(0, 3, 10, 7710),
        Part(3, 4, 6, 5906, cut=("Box",)),
        Part(4, 5, 6, 5906, cut=("Box",)),
    )


def test_no_files_make_one_empty_bag() -> None:
    assert split([], 100, 7) == (Part(0, 0, 0, 7),)


@pytest.mark.parametrize("size", [0, -1])
def test_a_bag_must_be_allowed_a_byte(size: int) -> None:
    with pytest.raises(ValueError, match="at least one byte"):
        split([], size)


@given(FILES, st.integers(1, 60), st.integers(0, 20))
def test_every_file_is_in_exactly_one_part_and_the_order_is_kept(
    files: list[tuple[str, int, int]], limit: int, overhead: int
) -> None:
    parts = split(files, limit, overhead)
    covered = [index for part in parts for index in range(part.start, part.end)]
    assert covered == list(range(len(files)))
    for part in parts:
        held = files[part.start : part.end]
        assert part.size == sum(size for _, size, _ in held)
        assert part.bag_bytes == overhead + sum(size + beside for _, size, beside in held)


@given(FILES, st.integers(1, 60), st.integers(0, 20))
def test_the_files_of_a_bag_exceed_the_limit_only_where_one_does_alone(
    files: list[tuple[str, int, int]], limit: int, overhead: int
) -> None:
    for part in split(files, limit, overhead):
        assert part.oversize is (part.size > limit)
        if part.oversize:
            assert sum(size > limit for _, size, _ in files[part.start : part.end]) == 1


@given(FILES, st.integers(1, 60), st.integers(0, 20))
def test_bags_keep_to_the_limit_where_every_album_can(
    files: list[tuple[str, int, int]], limit: int, overhead: int
) -> None:
    albums = groupby(files, key=lambda file: file[0])
    weights = [overhead + sum(size + beside for _, size, beside in members) for _, members in albums]
    if files and max(weights) <= limit:
        assert all(part.bag_bytes <= limit and not part.cut for part in split(files, limit, overhead))


@given(FILES, st.integers(1, 60), st.integers(0, 20))
def test_an_album_is_in_two_parts_only_if_it_is_larger_than_a_bag_and_then_it_is_named(
    files: list[tuple[str, int, int]], limit: int, overhead: int
) -> None:
    parts = split(files, limit, overhead)
    start = 0
    for album, members in groupby(files, key=lambda file: file[0]):
        sizes = [size for _, size, _ in members]
        end = start + len(sizes)
        touched = [part for part in parts if part.start < end and start < part.end]
        if len(touched) > 1:
            assert sum(sizes) > limit
            assert all(album in part.cut for part in touched)
        start = end


@given(BARE, st.integers(1, 60))
def test_no_bag_is_begun_before_the_last_is_full_but_for_an_album_that_must_be_cut(
    files: list[tuple[str, int, int]], limit: int
) -> None:
    parts = split(files, limit)
    albums = [
        (album, [size for _, size, _ in members])
        for album, members in groupby(files, key=lambda file: file[0])
    ]
    begins = dict(zip(accumulate((len(sizes) for _, sizes in albums), initial=0), albums, strict=False))
    for part, following in pairwise(parts):
        _, sizes = begins.get(following.start, ("", []))
        if sizes and sum(sizes) <= limit:
            assert part.size + sum(sizes) > limit
        elif not sizes:  # within an album that is cut
            assert part.size + files[following.start][1] > limit
    assert len(parts) <= 2 * (sum(size for _, size, _ in files) // limit + 1) + sum(
        sum(sizes) > limit for _, sizes in albums
    )
