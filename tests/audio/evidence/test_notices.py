"""Reservations in files that lie beside the music to state them: what denies is read, and nothing that allows."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archiver.audio.containers.window import Window
from archiver.audio.evidence.text import find_text_evidence
from archiver.model.audio import Role
from archiver.model.evidence import Evidence
from archiver.model.rights import Answer
from archiver.rights.meanings import machine_signals

SENTENCE = "The recordings may not be used for AI training."
SIGNALS = ("machine-signal", "machine-reservation-text")


def signals(path: str, text: str | bytes) -> list[Evidence]:
    data = text.encode() if isinstance(text, str) else text
    evidence = find_text_evidence(Window(io.BytesIO(data), len(data)), Role.DOCUMENT, path)
    return [item for item in evidence if item.code in SIGNALS]


def found(path: str, text: str | bytes) -> list[tuple[str, str, str | None]]:
    return [(item.code, item.locator, item.value) for item in signals(path, text)]


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("robots.txt", "User-Agent: *\nContent-Usage: train-ai=n\n", "train-ai=n"),
        ("A/ROBOTS.TXT", "Content-Usage: /music/ train-ai=n, search=y\n", "train-ai=n"),
        (
            "robots.txt",
            "Content-Signal: search=yes, ai-input=no, ai-train=no\r\n",
            "ai-input=no, ai-train=no",
        ),
        ("ai.txt", "content-usage: ai-use=n;exceptions=cc-cr\n", "ai-use=n;exceptions=cc-cr"),
        ("ai-usage.txt", "Content-Usage: train-ai=n\n", "train-ai=n"),
        ("README.md", "TDM-Reservation: 1\n", "tdm-reservation=1"),
        ("tdmrep.json", '[{"location": "/*", "tdm-reservation": 1, "tdm-policy": "x"}]', "tdm-reservation=1"),
        (
            "tdmrep.json",
            b'\xef\xbb\xbf{"location": "/a", "tdm-reservation": 1}',
            "tdm-reservation=1",
        ),
    ],
)
def test_a_directive_that_denies_is_read(path: str, text: str | bytes, value: str) -> None:
    [(code, _, said)] = found(path, text)
    assert (code, said) == ("machine-signal", value)


@pytest.mark.parametrize(
    "path",
    [
        "LICENSE",
        "license.txt",
        "Licence.md",
        "COPYING",
        "README",
        "readme.txt",
        "ai.txt",
        "Rights Notice.txt",
    ],
)
@pytest.mark.parametrize(
    ("text", "locator"),
    [
        (f"Album\n\n{SENTENCE}\n", "line 3@7"),
        ("Album\nThe recordings may not be used\nfor AI training.\n", "line 2@6"),
    ],
)
def test_a_sentence_that_reserves_is_read_in_a_file_that_speaks_of_rights(
    path: str, text: str, locator: str
) -> None:
    [(code, where, _)] = found(path, text)
    assert (code, where) == ("machine-reservation-text", locator)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        # what allows says nothing
        ("robots.txt", "Content-Usage: train-ai=y\nContent-Signal: ai-train=yes\n"),
        ("tdmrep.json", '[{"location": "/*", "tdm-reservation": 0}]'),
        ("README", "TDM-Reservation: 0\n"),
        # comments explain a directive
        ("robots.txt", f"# {SENTENCE}\n# Content-Usage: train-ai=n\n"),
        # crawlers are kept from fetching, which says nothing of a use
        ("robots.txt", "User-agent: GPTBot\nDisallow: /\n"),
        # prose about them
        ("README", "We used to write Content-Usage: train-ai=n here.\n"),
        ("README", "Allowed: AI training\nNot allowed: selling\n"),
        ("README", "AI training is welcome\nNo selling\n"),
        # other files
        ("lyrics.txt", f"{SENTENCE}\nContent-Usage: train-ai=n\n"),
        ("chain.txt", SENTENCE),
        ("settings.json", '[{"tdm-reservation": 1}]'),
        # no form that is known
        ("tdmrep.json", "[" * 100_000),
        ("tdmrep.json", '[1, "tdm-reservation", null, {"tdm-reservation": [1]}, {"tdm-reservation": {}}]'),
        ("tdmrep.json", b"\xff\xfe\x00"),
    ],
)
def test_what_reserves_nothing_is_not_read(path: str, text: str | bytes) -> None:
    assert found(path, text) == []


def test_no_file_makes_a_long_list() -> None:
    assert len(found("robots.txt", "".join(f"Content-Usage: a{n}=n\n" for n in range(9_999)))) == 20
    rules = [{"location": f"/{number}", "tdm-reservation": 1} for number in range(9_999)]
    assert len(found("tdmrep.json", json.dumps(rules))) == 20


words = st.sampled_from(
    (
        "Content-Usage:",
        "train-ai=",
        "tdm-reservation",
        ":",
        "y",
        "n",
        "=",
        "1",
        "0",
        "\n",
        " ",
        "[",
        "{",
        '"',
        "AI",
    )
)


@settings(max_examples=200)
@example("robots.txt", "Content-Usage:tdm-reservation=n")
@given(st.sampled_from(("robots.txt", "tdmrep.json", "README")), st.lists(words, max_size=30).map("".join))
def test_no_text_allows_anything(path: str, text: str) -> None:
    said = machine_signals(signals(path, text))
    assert all(answer is Answer.DENY for answer, _ in said.values())
