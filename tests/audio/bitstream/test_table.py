"""What is said of public sample files of every format: how their music is digested, and what is tested of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from archiver.audio.bitstream.checks import CHECKS
from archiver.audio.bitstream.methods import METHODS
from archiver.model.sound import Sound, SoundState
from tests.audio.bitstream.listening import essence_of, listened, sound_of
from tests.audio.bitstream.test_chunked import DSD, dsdiff
from tests.audio.bitstream.test_chunked import WHOLE as CHUNKED
from tests.audio.bitstream.test_lossless import WHOLE as LOSSLESS
from tests.samples import Pcm, aiff, apev2, wav
from tests.samples.aiff import iff_chunk

CONSISTENT, INTACT = SoundState.CONSISTENT, SoundState.INTACT
TABLE: dict[str, tuple[str | None, SoundState, str]] = {
    "2822400-1ch-0s-silence.dff": (None, CONSISTENT, "dsdiff-sizes"),
    "8k-1ch-1s-silence.aif": ("aiff-ssnd-v1", CONSISTENT, "iff-sizes"),
    "with-id3.aif": ("aiff-ssnd-v1", CONSISTENT, "iff-sizes"),
    "silence-2s-PCM-16000-08-notags.wav": ("wave-data-v1", CONSISTENT, "wave-sizes"),
    "silence-2s-PCM-44100-16-ID3v23.wav": ("wave-data-v1", CONSISTENT, "wave-sizes"),
    "with-id3.dsf": (None, CONSISTENT, "dsf-sizes"),
    "without-id3.dsf": ("dsf-fmt-data-v1", CONSISTENT, "dsf-sizes"),
    "silence-1.wma": ("asf-payloads-v1", CONSISTENT, "asf-packets asf-objects"),
    "silence-2.wma": ("asf-payloads-v1", CONSISTENT, "asf-packets asf-objects"),
    "mac-399.ape": ("ape-stream-v1", INTACT, "ape-sizes ape-md5"),
    "silence-44-s.wv": ("wavpack-blocks-v1", CONSISTENT, "wavpack-blocks wavpack-continuity"),
    "dsd.wv": ("wavpack-blocks-v1", INTACT, "wavpack-blocks wavpack-continuity wavpack-checksums"),
    "click.mpc": ("musepack7-stream-v1", CONSISTENT, "musepack7-frames"),
    "empty.tta": ("tta-stream-v1", INTACT, "tta-checksums"),
    "silence-44-s.tak": ("tak-stream-v1", INTACT, "tak-head tak-frames tak-checksums"),
    "silence-2s-44100-16.ofr": ("optimfrog-stream-v1", INTACT, "optimfrog-chunks optimfrog-checksums"),
}
"""By name: the method, the verdict and what was tested. Two of the files hold no music at all."""


def facts(found: Sound) -> tuple[str | None, SoundState, str]:
    method = None if found.essence is None else found.essence.method
    return method, found.integrity.state, " ".join(found.integrity.checked)


@pytest.mark.parametrize("name", TABLE)
def test_public_samples(samples: Path, name: str) -> None:
    data = (samples / name).read_bytes()
    found = sound_of(data, name.rpartition(".")[2])
    assert facts(found) == TABLE[name]
    assert found.integrity.damage == ()
    assert found.integrity.detail is None


@pytest.mark.parametrize("name", [name for name in TABLE if TABLE[name][0]])
def test_public_samples_cut_short(samples: Path, name: str) -> None:
    data = (samples / name).read_bytes()
    music = len(data)
    for part in range(4, 16):
        found = listened(data[: music * part // 16], name.rpartition(".")[2])
        if found is None:
            assert music * part // 16 < 64  # the cut lies in the header that says where the music is
            continue
        if (name == "with-id3.aif" and part >= 15) or (name == "silence-2s-44100-16.ofr" and part == 15):
            continue  # the cut lies in what follows the music
        assert found.integrity.state is SoundState.DAMAGED, part


def test_every_name_has_its_row() -> None:
    files = [*CHUNKED.values(), *(data for data, _ in LOSSLESS.values())]
    for data in files:
        found = sound_of(data)
        assert found.essence is not None
        assert found.essence.method in METHODS
        assert set(found.integrity.checked) <= set(CHECKS)


def test_intact_is_said_only_where_a_checksum_was_tested() -> None:
    for method, state, checked in TABLE.values():
        proved = any(CHECKS[name].proves for name in checked.split())
        assert (state is INTACT) == proved, method


STEREO = Pcm((tuple(range(900)), tuple(range(0, -900, -1))))
SVX = iff_chunk(
    b"FORM",
    b"8SVX" + iff_chunk(b"VHDR", bytes(12) + b"\x20\xab\1\0\0\1\0\0") + iff_chunk(b"BODY", bytes(range(200))),
)
RECIPES: list[tuple[str, bytes, dict[str, int]]] = [
    ("wave-data-v1", wav(audio=STEREO), {}),
    ("aiff-ssnd-v1", aiff(audio=STEREO), {}),
    ("8svx-body-v1", SVX, {"VHDR": 12, "BODY": 40, "LENGTH": 200}),
    ("caf-data-v1", CHUNKED["a.caf"], {"DATA": 52, "LENGTH": 8000}),
    ("au-data-v1", CHUNKED["a.au"], {"OFFSET": 28, "LENGTH": 8000}),
    ("dsf-fmt-data-v1", CHUNKED["a.dsf"], {"DATA_CHUNK": 12 + len(DSD)}),
    ("dsdiff-data-v1", dsdiff(DSD), {"DSD": len(dsdiff(DSD)) - len(DSD) - 12, "LENGTH": len(DSD)}),
    ("asf-payloads-v1", LOSSLESS["a.wma"][0], {}),
    ("wavpack-blocks-v1", LOSSLESS["a.wv"][0], {}),
    *(
        (method, data + apev2({"Title": "T"}), {"START": 0, "END": len(data)})
        for method, (data, _) in zip(
            ("tta-stream-v1", "ape-stream-v1", "optimfrog-stream-v1", "tak-stream-v1"),
            LOSSLESS.values(),
            strict=False,
        )
    ),
    ("musepack7-stream-v1", LOSSLESS["7.mpc"][0], {"START": 0, "END": len(LOSSLESS["7.mpc"][0])}),
    ("musepack8-stream-v1", LOSSLESS["8.mpc"][0], {"START": 0, "END": len(LOSSLESS["8.mpc"][0])}),
]


@pytest.mark.parametrize(("method", "data", "places"), RECIPES, ids=[each[0] for each in RECIPES])
def test_the_commands_that_the_registry_gives(
    tmp_path: Path, method: str, data: bytes, places: dict[str, int]
) -> None:
    how = METHODS[method].how.partition("  #")[0]
    for tool in ("sh", "sha256sum", "head", "tail", *(["ffmpeg"] if "ffmpeg" in how else [])):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    path = tmp_path / "file"
    path.write_bytes(data)
    command = how.replace("FILE", f"'{path}'")
    environment = os.environ | {name: str(value) for name, value in places.items()}
    done = subprocess.run(["sh", "-c", command], check=True, capture_output=True, timeout=60, env=environment)
    assert (method, done.stdout.split()[0].decode()) == essence_of(data)
