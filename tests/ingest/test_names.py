"""Names of any bytes become text, no two alike, and can be turned back."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.ingest.names import (
    EXACT,
    LONGEST_NAME_BYTES,
    PORTABLE,
    NameRule,
    misread,
    portability,
    record_names,
    stored_folder,
    stored_names,
    twins,
)


def is_name(raw: bytes) -> bool:
    return raw not in (b".", b"..") and not {0x00, 0x2F} & set(raw)


def original_bytes(record_name: str) -> bytes:
    """Reverse the ``=XX`` form of a name that was not UTF-8, as a reader of the record would."""
    return re.sub(rb"=([0-9A-F]{2})", lambda found: bytes.fromhex(found[1].decode()), record_name.encode())


any_name = st.binary(min_size=1, max_size=255).filter(is_name)
awkward_name = st.lists(
    st.sampled_from(
        [b"=", b"=FF", b"=3D", b"\xff", b"\xc3", b"\xc3\xa9", b"e\xcc\x81", b"%", b"\n", b".", b"a"]
    ),
    min_size=1,
    max_size=90,
).map(b"".join)
folders = st.sets(st.one_of(any_name, awkward_name.filter(is_name)), max_size=12)


@given(folders)
@example({b"\xff", b"=FF"})
@example({b"\xff" * 255, b"\xff" * 254 + b"\xfe"})
@example({b"\xff" * 85, b"=FF" * 85, b"\xff" * 86})
@example({b"\xff=FF", b"\xff\xff"})
def test_record_names_are_utf_8_fit_and_never_alike(folder: set[bytes]) -> None:
    given_names = record_names(folder)
    assert set(given_names) == folder
    assert len(set(given_names.values())) == len(folder)
    for name in given_names.values():
        assert 0 < len(name.encode("utf-8")) <= LONGEST_NAME_BYTES
        assert is_name(name.encode("utf-8"))


@given(folders)
def test_names_that_are_utf_8_stay_as_they_are_and_others_can_be_reversed(folder: set[bytes]) -> None:
    given_names = record_names(folder)
    for raw, name in given_names.items():
        try:
            assert name == raw.decode("utf-8")
        except UnicodeDecodeError:
            assert original_bytes(name) == raw or "~" in name


@given(any_name.filter(lambda raw: len(raw) <= 85))
def test_a_short_name_alone_in_its_folder_is_always_reversible(raw: bytes) -> None:
    name = record_names([raw])[raw]
    if name.encode("utf-8") != raw:
        assert original_bytes(name) == raw


@given(folders)
def test_record_names_do_not_depend_on_the_order_of_the_folder(folder: set[bytes]) -> None:
    assert record_names(sorted(folder)) == record_names(sorted(folder, reverse=True))


APART = [NameRule(frozenset({"N302"})), NameRule(frozenset({"N303"}))]
NASTY = (
    *(
        "%",
        "100%.mp3",
        "a:b",
        "AC\\DC",
        "what?",
        "CON",
        "con.mp3",
        "CON .txt",
        "dot.",
        "space ",
        "\u00a0",
        "a\u3000",
    ),
    *("line\nend", "\r", "\u2028", "\x85", "\x0b", "\x0c", "\x1c", "\x7f", "Twin", "twin", "TWIN", "=54win"),
    *("é", "e\u0301", "É", "STRASSE", "straße", "a\u0323\u0301", "a\u0301\u0323", "~0123456789abcdef", "a=b"),
)
nasty_name = st.one_of(
    st.sampled_from([name.encode() for name in NASTY]),
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=4).map(lambda parts: "".join(parts).encode()),
)
nasty_folders = st.sets(st.one_of(nasty_name, any_name), max_size=12)


def original_of(stored: str) -> bytes:
    """Reverse the ``=XX`` form as the documentation tells a reader to."""
    return re.sub(rb"=([0-9A-F]{2})", lambda found: bytes.fromhex(found[1].decode()), stored.encode())


def folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


@example({b"con.\n"})
@given(nasty_folders)
@example({b"Twin", b"=54win", b"twin"})
@example({b"%", b"=25"})
@example({b"\xff", b"=ff"})
@example({"é".encode(), "e\u0301".encode(), "É".encode()})
def test_portable_names_are_held_everywhere_and_no_two_are_alike_for_any_system(folder: set[bytes]) -> None:
    stored = stored_names(folder, PORTABLE)
    assert set(stored) == folder
    assert len({folded(name) for name in stored.values()}) == len(folder)
    for name in stored.values():
        assert len(name.encode()) <= LONGEST_NAME_BYTES
        assert not list(misread(name))
        assert not any(code == "N304" for code, _ in portability(name))
        assert not any(unicodedata.category(one) in ("Cc", "Zl", "Zp") for one in name)
    assert not twins(stored.values())


@given(nasty_folders)
def test_a_name_that_is_stored_otherwise_gives_its_original_back(folder: set[bytes]) -> None:
    for rule in (EXACT, PORTABLE, *APART):
        for raw, name in stored_names(folder, rule).items():
            assert name.encode() == raw or original_of(name) == raw or re.search("~[0-9a-f]{16}", name)


@given(nasty_folders)
def test_stored_names_do_not_depend_on_the_order_of_the_folder(folder: set[bytes]) -> None:
    for rule in (PORTABLE, *APART):
        assert stored_names(sorted(folder), rule) == stored_names(sorted(folder, reverse=True), rule)


def test_of_names_alike_one_is_kept_and_nothing_else_is_touched() -> None:
    only_case, only_form = APART
    names = [b"TWIN", b"Twin", b"twin", b"a:b", b"100%"]
    assert stored_names(names, only_case) == {
        b"TWIN": "=54=57=49=4E",
        b"Twin": "=54win",
        b"twin": "twin",
        b"a:b": "a:b",
        b"100%": "100%",
    }
    assert stored_names(names, only_form) == {name: name.decode() for name in names}
    nfc, nfd = "é".encode(), "e\u0301".encode()
    assert stored_names([nfc, nfd], only_form) == {nfc: "é", nfd: "e=CC=81"}


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("100% Pure=.mp3", "100=25 Pure=3D.mp3"),
        ("4:33", "4=3A33"),
        ("AC\\DC", "AC=5CDC"),
        ("CON.mp3", "=43ON.mp3"),
        ("Vol. ", "Vol.=20"),
        ("Vol...", "Vol..=2E"),
        ("a\u2028b", "a=E2=80=A8b"),
        ("Größe 東京 é=.mp3", "Größe 東京 é=.mp3"),
        ("👩\u200d🎤", "👩\u200d🎤"),
        ("~0123456789abcdef", "=7E0123456789abcdef"),
    ],
)
def test_portable_names_change_what_must_change_and_nothing_else(name: str, stored: str) -> None:
    assert stored_names([name.encode()], PORTABLE) == {name.encode(): stored}


def test_a_name_longer_than_linux_holds_is_cut_and_keeps_its_extension() -> None:
    raw = ("東" * 255 + ".flac").encode()
    stored = stored_names([raw], PORTABLE)[raw]
    assert re.fullmatch("東+~[0-9a-f]{16}[.]flac", stored)
    assert len(stored.encode()) <= 255


def test_a_folder_whose_path_is_too_long_elsewhere_is_stored_at_the_top() -> None:
    deep = "/".join(["d" * 200] * 11)
    moved = stored_folder(deep, "Music", deep.encode(), PORTABLE)
    assert re.fullmatch("Music/~[0-9a-f]{16}", moved)
    assert moved != stored_folder(deep, "Music", deep.encode() + b"x", PORTABLE)
    assert stored_folder(deep, "", deep.encode(), EXACT) == deep
    assert stored_folder("d/e", "", b"d/e", PORTABLE) == "d/e"


def test_reversible_form_is_quoted_printable() -> None:
    assert record_names([b"caf\xe9 =.mp3"]) == {b"caf\xe9 =.mp3": "caf=E9 =3D.mp3"}


def test_longest_names_that_are_not_utf_8_keep_their_extension() -> None:
    raw = b"\xe9" * 250 + b".flac"
    name = record_names([raw])[raw]
    assert name.endswith(".flac")
    assert len(name.encode("utf-8")) <= 255


def test_taken_reversible_name_is_told_apart_by_digest() -> None:
    given_names = record_names([b"\xff.mp3", b"=FF.mp3"])
    assert given_names[b"=FF.mp3"] == "=FF.mp3"
    digest = hashlib.sha256(b"\xff.mp3").hexdigest()[:16]
    assert given_names[b"\xff.mp3"] == f"=FF~{digest}.mp3"


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("01 Song.flac", []),
        ("Größe 東京 é.mp3", []),
        ("100%.mp3", []),
        ("*.mp3", ["N304"]),
        ("a:b", ["N304"]),
        ("what?.mp3", ["N304"]),
        ("back\\slash", ["N304"]),
        ("dot.", ["N304"]),
        ("space ", ["N304"]),
        ("CON", ["N304"]),
        ("con.mp3", ["N304"]),
        ("Com7.tar.gz", ["N304"]),
        ("com¹", ["N304"]),
        ("CONCERT.mp3", []),
        ("COM0", ["N304"]),
        ("line\nbreak", ["N305"]),
        ("tab\there", ["N305"]),
        ("\x1b[31mred", ["N305"]),
        ("\u202egnp.exe", ["N305"]),
        ("zero\u200bwidth", ["N305"]),
        ("para\u2029graph\u2028", ["N305"]),
        ("both\n:", ["N305", "N304"]),
    ],
)
def test_names_that_other_systems_cannot_hold_are_found(name: str, codes: list[str]) -> None:
    assert [code for code, _ in portability(name)] == codes
    assert all(message.isprintable() for _, message in portability(name))


def found(names: Iterable[str]) -> dict[str, str]:
    return {name: code for name, (code, _) in twins(names).items()}


def test_twins_are_found_by_case_and_by_normalisation() -> None:
    nfc, nfd = unicodedata.normalize("NFC", "é.mp3"), unicodedata.normalize("NFD", "é.mp3")
    assert found(["A.mp3", "a.mp3", "b.mp3"]) == {"A.mp3": "N302", "a.mp3": "N302"}
    assert found([nfc, nfd, "b.mp3"]) == {nfc: "N303", nfd: "N303"}
    assert found(["STRASSE", "straße"]) == {"STRASSE": "N302", "straße": "N302"}
    assert found(["a", "b", "c"]) == {}
