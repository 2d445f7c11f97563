from __future__ import annotations

import click
import pytest

from archiver.cli.terminal.sizes import SIZE


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1000", 1000),
        ("100GB", 100 * 1000**3),
        (" 100 gb ", 100 * 1000**3),
        ("4.7G", 4_700_000_000),
        ("1.5TB", 1_500_000_000_000),
        ("95GiB", 95 * 1024**3),
        ("1.5KiB", 1536),
        ("9007199254740993B", 9_007_199_254_740_993),
        ("1" + "0" * 400 + "PB", 10**415),
    ],
)
def test_sizes_as_people_type_them(text: str, size: int) -> None:
    assert SIZE.convert(text, None, None) == size


@pytest.mark.parametrize(
    "text", ["", "0", "0.4B", "100", "999B", "-1", "-5GB", "1,5TB", "1e3", "nan", "inf", "GB", "5EB", "٣GB"]
)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no size; write it like 100GB"):
        SIZE.convert(text, None, None)
