"""Each form of a value is found wherever it stands, and music is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.personal.find import PersonalSearch, personal_spans, withheld
from archiver.personal.numbers import bank_accounts
from tests.end_to_end.tokens import FORMS, iban

NAME = "Zqvbelima"
NUMBERS = ("call +49 30 7190123", "Tel. 030 7190123", "0044 20 7946 0958", "telephone: 020 7946 0958")


@pytest.mark.parametrize(("code", "form"), FORMS)
@pytest.mark.parametrize(
    "around", ["{}", "first line\n{}\nlast line", "((c) 2001)\t{}", "\u65e5\u672c\u8a9e {}"]
)
def test_a_form_is_found_in_any_surrounding(code: str, form: str, around: str) -> None:
    text = around.replace("{}", form.format(NAME))
    assert NAME not in withheld(text)
    assert [span.code for span in personal_spans(text)] == [code]


@pytest.mark.parametrize(("code", "form"), FORMS)
def test_a_part_is_found_by_what_the_whole_was_prepared_for(code: str, form: str) -> None:
    part = form.format(NAME)
    search = PersonalSearch(f"{'other words ' * 50}\n{part}\nand more")
    assert [span.code for span in search.spans(part)] == [code]


@pytest.mark.parametrize(
    "text", ["\u7b2c\u4e00\u884c\u7ffb\u5f55\uff1a{}", "%2FUsers%2F{}%2FMusic", "x_ripped by {}"]
)
def test_words_begin_where_their_script_lets_them(text: str) -> None:
    assert NAME not in withheld(text.format(NAME))


@pytest.mark.parametrize("text", NUMBERS)
def test_telephone_numbers(text: str) -> None:
    assert [span.code for span in personal_spans(text)] == ["telephone-number"]


@given(st.integers(0, 9_999_999_999))
def test_accounts_are_found_and_their_neighbours_are_not(account: int) -> None:
    number = iban(account)
    assert [span.code for span in bank_accounts(f"to {number} please")] == ["bank-account"]
    grouped = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    assert [span.code for span in bank_accounts(grouped)] == ["bank-account"]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert list(bank_accounts(wrong)) == []


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/home/page", "https://example.org/users/jane", "go home/jane", "studio/home/live",
        "Live@Wembley.flac", "Live@Wembley", "M@rk feat. @dj", "name@1.2", "pkg@1.2.3", "cover@2x.png", "Home", "Users",
        "a trip by train", "stripped by wind", "Encoded by LAME 3.98", "Ripped by Exact Audio Copy", "~love/hate~",
        "(C) 2001 Example Records, licensed to Example Music", "all tracks recorded by Jane at Home Studio",
        "+0.000030 dB", "+12.345678 dB", "-7.89 dB", " 00000F3A 00000E8B 00005A4C 00004D8B", "GBAAA1100001", "AC/DC",
        "2b1f8e10-5a3b-4d9c-8b57-8a7f11223344", "/media/music/x.flac", "encoded by FooEncoder 1.2", "Ripper: whipper 0.7",
        "Source: SBD > DAT > CDR", "Transfer: DA-20 > ZA2 > Cool Edit", "Purchased at Beatport.com",
        "1984 Main Street Blues", "10 Downing Street, 1999 remix", "The Owner of a Lonely Heart", "order of the day",
        "Taper: unknown", r"C:\Users\Public\Music", "/Users/Shared/x", "12345 Songs", "track 01/12", "555-1234",
    ],
)  # fmt: skip
def test_words_of_music_stay(text: str) -> None:
    assert withheld(text) == text
