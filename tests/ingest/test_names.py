"""Names of any bytes become text, no two alike, and can be turned back."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.ingest.names import LONGEST_NAME_BYTES, portability, record_names, twins


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
