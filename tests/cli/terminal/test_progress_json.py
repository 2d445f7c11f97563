"""What another program is told while a run goes on: lines of JSON on standard error, moving while work goes on."""

from __future__ import annotations

import io
import json
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.cli.main import archiver
from archiver.cli.terminal.pace import Pacer
from archiver.cli.terminal.progress_json import SCHEMA, JsonWatch
from archiver.usecases.watch import Meter, Step
from tests.cli.test_help import COMMANDS
from tests.running import run_here
from tests.samples import build_tree, flac, wav


def lines(text: str) -> list[dict[str, Any]]:
    read = [json.loads(line) for line in text.splitlines()]
    assert {line["schema"] for line in read} == {SCHEMA}
    return read


def test_a_large_file_is_told_of_before_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    meter, told = Meter(), ""

    def one_large_file() -> Iterator[int]:
        nonlocal told
        for copied in ('"done": 200', '"done": 400'):
            meter.add(200)
            while copied not in told:  # where it never comes, the test's own limit ends it
                time.sleep(0.01)
                told += capsys.readouterr().err
        meter.add(200)
        yield 600

    step = Step("Copying", "bytes", 600, meter)
    assert list(JsonWatch(0.01).track(step, one_large_file(), int)) == [600]
    first, *_, last = lines(told + capsys.readouterr().err)
    assert (first["event"], first["step"], first["unit"], first["done"], first["total"], first["left_s"]) == (
        *("begin", "Copying", "bytes", 0, 600, None),
    )
    assert (last["event"], last["done"], last["left_s"]) == ("end", 600, 0)


def test_outcomes_are_counted_where_there_is_no_meter(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(JsonWatch().track(Step("Listing", "files"), "abc", lambda _: 1)) == ["a", "b", "c"]
    begin, end = lines(capsys.readouterr().err)
    assert (begin["done"], end["done"], end["total"], end["left_s"]) == (0, 3, None, None)


def test_a_step_of_which_nothing_can_be_counted_tells_its_time_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with JsonWatch().during(Step("Finishing Music", "")):
        pass
    for line in lines(capsys.readouterr().err):
        assert line.keys() == {"schema", "event", "step", "elapsed_s"}


def test_a_name_with_bytes_that_are_no_text_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with JsonWatch().during(Step("Of \udcff\n\x1b[2J", "")):
        pass
    JsonWatch().note("a\nb")
    begin, end, note = lines(capsys.readouterr().err)
    assert begin["step"] == end["step"] == "Of \udcff\n\x1b[2J"
    assert note["message"] == "a\nb"


def test_a_run_goes_on_where_nobody_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(sys, "stderr", gone)
    assert list(JsonWatch().track(Step("Listing", "files"), "ab", lambda _: 1)) == ["a", "b"]


def test_the_rate_of_a_short_step_is_of_the_whole_and_the_time_left_counts_down() -> None:
    pacer = Pacer()
    assert pacer.pace(0, 100, 5.0) is None
    assert pacer.pace(10, None, 5.0) is None
    told = [pacer.pace(done, 100, at) for done, at in ((20, 10.0), (20, 12.0), (40, 20.0), (100, 50.0))]
    assert [None if one is None else (one.rate, one.left_s) for one in told] == [
        *((2, 40), (2, 38), (2, 30), (2, 0)),
    ]


def test_the_time_left_is_that_of_what_is_going_on_now() -> None:
    """Small files first, then large ones: the average of the whole step would promise a sixth of the time."""
    pacer = Pacer()
    for tenth in range(1, 51):
        pacer.pace(tenth * 100, 6000, tenth / 10)
    told = [pacer.pace(5000 + tenth, 6000, 5 + tenth / 10) for tenth in range(1, 101)]
    assert told[-1] is not None
    assert told[-1].left_s == pytest.approx(90, rel=0.05)


def test_bursts_far_apart_are_judged_by_several() -> None:
    """A file of an hour every minute, two of them at once."""
    pacer = Pacer()
    told = [pacer.pace(2 * minute, 200, 60.0 * minute) for minute in range(1, 51)]
    for minute, one in enumerate(told, 1):
        assert one is not None
        assert one.left_s == pytest.approx(60 * (100 - minute))


def test_what_was_told_of_a_file_that_cannot_be_read_is_no_step_back() -> None:
    """A large file is read for some seconds, then its disk fails, and what was told of it is taken back."""
    pacer = Pacer()
    for tenth in range(1, 101):
        pacer.pace(tenth * 100, 20_000, tenth / 10)
    for tenth in range(1, 121):
        pacer.pace(10_000 + tenth * 50, 20_000, 10 + tenth / 10)
    for done, at, rate, left_s in (
        (10_000, 22.1, 10_000 / 22.1, 22.1),
        (10_000, 23.1, 10_000 / 22.1, 21.1),
        (10_400, 23.5, 10_400 / 23.5, 9_600 * 23.5 / 10_400),
    ):
        told = pacer.pace(done, 20_000, at)
        assert told is not None
        assert (told.rate, told.left_s) == pytest.approx((rate, left_s))


@settings(max_examples=100)
@given(
    begun=st.integers(1, 10),
    steps=st.lists(st.tuples(st.floats(0.001, 20), st.integers(-10, 10)), min_size=10, max_size=300),
)
def test_whatever_is_taken_back_the_time_left_is_a_number(begun: int, steps: list[tuple[float, int]]) -> None:
    pacer, at, done = Pacer(), 0.0, begun
    for seconds, more in steps:
        at, done = at + seconds, max(done + more, 0)
        told = pacer.pace(done, 5000, at)
        assert (told is None) == (done == 0)
        if told is not None:
            assert told.rate > 0
            assert 0 <= told.left_s < math.inf


@settings(max_examples=100)
@given(
    steps=st.lists(
        st.tuples(st.floats(0.001, 100), st.one_of(st.just(0.0), st.floats(0.001, 1e6))), max_size=300
    )
)
def test_whatever_the_rhythm_the_time_left_is_a_number(steps: list[tuple[float, float]]) -> None:
    pacer, at, done = Pacer(), 0.0, 0.0
    total = sum(more for _, more in steps) + 1
    for seconds, more in steps:
        at, done = at + seconds, done + more
        told = pacer.pace(done, total, at)
        assert (told is None) == (done == 0)
        if told is not None:
            assert told.rate > 0
            assert 0 <= told.left_s < math.inf


@pytest.fixture
def music(tmp_path: Path) -> Path:
    build_tree(tmp_path / "Music", {"Album/1.flac": flac(title="One"), "Album/2.wav": wav()})
    return tmp_path / "Music"


def test_packing_and_verifying_tell_every_byte(music: Path, tmp_path: Path) -> None:
    store = tmp_path / "Store"
    size = sum(path.stat().st_size for path in music.rglob("*.*"))
    packed = run_here("pack", music, "--to", store, "--name", "Bag", "--progress", "json", "--json")
    assert packed.json["schema"] == "archiver.pack/1"
    steps = [line for line in lines(packed.err) if line["event"] == "end"]
    copying = next(line for line in steps if line["step"] == "Copying")
    assert (copying["done"], copying["total"]) == (size, size)
    verified = run_here("verify", store / "Bag", "--progress", "json", "--json")
    assert verified.code == 0
    *_, verifying = (line for line in lines(verified.err) if line["event"] == "end")
    # what lists the tag files is read before it, and listed by nothing
    assert size < verifying["done"] <= verifying["total"]
    archived = run_here(
        *("pack", music, "--to", store, "--name", "A", "--all", "--serialize", "tar"), *("--progress", "json")
    )
    ends = [line for line in lines(archived.err) if line["event"] == "end"]
    finishing = next(line for line in ends if line["step"] == "Finishing A")
    assert finishing["done"] > finishing["total"] == size, "tag files go into the archive too"
    silent = run_here("verify", store / "Bag", "--progress", "off")
    assert (silent.code, silent.err) == (0, "")


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_that_shows_progress_lets_one_choose_how(words: str) -> None:
    found: click.Command = archiver
    for word in words.split():
        assert isinstance(found, click.Group)
        below = found.get_command(click.Context(found), word)
        assert below is not None
        found = below
    assert found.callback is not None
    watches = "watcher" in found.callback.__code__.co_names
    assert watches == any("--progress" in option.opts for option in found.params)
