from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.personal.find import personal_spans, withheld
from archiver.personal.spans import WITHHELD
from tests.costs import in_proportion


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to jane.roe+music@mail.example.org today", f"write to {WITHHELD} today"),
        ("JANE@EXAMPLE.ORG", WITHHELD),
        ("<jane@example.org>, bob@example.co.uk", f"<{WITHHELD}>, {WITHHELD}"),
        ("mailto:jane@example.org?subject=x", f"mailto:{WITHHELD}?subject=x"),
        ("jane%40example.org", WITHHELD),
        ("jane\uff20example.org", WITHHELD),
        ("jürgen@bücher.example", WITHHELD),
        ("jane@xn--bcher-kva.xn--p1ai", WITHHELD),
        ("cover@2x.png", "cover@2x.png"),
        ("a @ b", "a @ b"),
        ("me@localhost", WITHHELD),
        ("rating@winamp.com", "rating@winamp.com"),
        ("live @ example.org", "live @ example.org"),
        ("/home/jane/Music/x.flac", f"/home/{WITHHELD}/Music/x.flac"),
        ("file:///home/jane", f"file:///home/{WITHHELD}"),
        ("/Users/jane/Music", f"/Users/{WITHHELD}/Music"),
        ("file://localhost/Users/jane%20roe/x", f"file://localhost/Users/{WITHHELD}/x"),
        ("../../home/jane/x", f"../../home/{WITHHELD}/x"),
        ("/run/media/jane/disk", f"/run/media/{WITHHELD}/disk"),
        (r"C:\Users\Jane Roe\Music\x.mp3", rf"C:\Users\{WITHHELD}\Music\x.mp3"),
        (r"c:\\users\\jane\\x", rf"c:\\users\\{WITHHELD}\\x"),
        ("C:/Users/jane/x", f"C:/Users/{WITHHELD}/x"),
        (r"D:\Documents and Settings\Jane\My Music", rf"D:\Documents and Settings\{WITHHELD}\My Music"),
        (r"C:\Dokumente und Einstellungen\Jane\x", rf"C:\Dokumente und Einstellungen\{WITHHELD}\x"),
        (r"C:\Users\Public\Music", r"C:\Users\Public\Music"),
        ("/Users/Shared/x", "/Users/Shared/x"),
        ("https://example.org/home/page", "https://example.org/home/page"),
        ("go home/jane", "go home/jane"),
        ("/home/", "/home/"),
        ("Ripped by Jane Roe", f"Ripped by {WITHHELD}"),
        ("ripped & encoded by: DJ Example; 2001", f"ripped & encoded by: {WITHHELD}; 2001"),
        ("Ripper: jane", f"Ripper: {WITHHELD}"),
        ("Ripped by Exact Audio Copy", "Ripped by Exact Audio Copy"),
        ("ripped by EAC", "ripped by EAC"),
        ("Ripper : whipper 0.7", "Ripper : whipper 0.7"),
        ("a gripped by fear", "a gripped by fear"),
        ("stripped by wind", "stripped by wind"),
        ("encoded by LAME", "encoded by LAME"),
        ("a trip by train", "a trip by train"),
        ("", ""),
    ],
)
def test_what_is_withheld(text: str, expected: str) -> None:
    assert withheld(text) == expected


@given(
    st.from_regex(r"[a-z][a-z0-9]{0,10}(\.[a-z0-9]{1,8})?", fullmatch=True),
    st.from_regex(r"[a-z][a-z0-9]{1,10}\.(org|de|museum)", fullmatch=True),
    st.text(alphabet=" \n\t,;<>()[]\"'", max_size=5),
    st.text(alphabet=" \n\t,;<>()[]\"'", max_size=5),
)
def test_an_address_is_found_among_anything(local: str, domain: str, before: str, after: str) -> None:
    assert f"{local}@{domain}" not in withheld(f"x{before or ' '}{local}@{domain}{after or ' '}y")


@given(st.text(max_size=300))
def test_spans_are_in_order_and_withholding_is_stable(text: str) -> None:
    spans = personal_spans(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= two.start for one, two in itertools.pairwise(spans))
    assert withheld(withheld(text)) == withheld(text)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "a." * 100_000,
        "a@" * 100_000,
        "@" + "a." * 100_000,
        "/home/" * 50_000,
        "ripped by " * 30_000,
        "a@b." * 50_000,
        "x@" + "a-" * 100_000,
        "C:\\Users\\" * 30_000,
        "%40" * 100_000,
    ],
    ids=range(10),
)
def test_hostile_texts_cost_in_proportion_to_their_length(text: str) -> None:
    in_proportion(withheld, lambda length: text[:length], len(text))
