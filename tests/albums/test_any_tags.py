"""Whatever tags and names hold, albums are looked at without an error."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.albums.look import looked_at
from archiver.albums.note import NotedAlbum
from archiver.albums.parts import Part, joined
from archiver.model.audio import AudioProperties, ExaminedFile, Role
from archiver.model.source import FileRef, FileStat

_NAMES = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=6)
_TAGS = st.dictionaries(
    st.sampled_from(
        ["title", "artist", "album", "album_artist", "track", "track_total", "disc", "date", "mb_release_id"]
    ),
    st.lists(st.one_of(st.text(max_size=8), st.integers(0, 30).map(str)), min_size=1, max_size=2).map(tuple),
)
_AUDIO = st.builds(
    AudioProperties,
    codec=st.sampled_from(["flac", "mp3", "pcm", ""]),
    duration_s=st.one_of(st.none(), st.floats(0, 1e6)),
    sample_rate_hz=st.sampled_from([None, 44100, 96000]),
    bit_depth=st.sampled_from([None, 16, 24]),
    lossless=st.sampled_from([None, True, False]),
)


def _file(path: str, role: Role, tags: dict[str, tuple[str, ...]], audio: AudioProperties) -> ExaminedFile:
    ref = FileRef(b"/", path.encode("utf-8", "surrogatepass"), path, FileStat(1, 0, 0, 0))
    return ExaminedFile(ref, role, None, audio, tags)


_FILES = st.lists(
    st.builds(
        _file,
        st.lists(st.one_of(_NAMES, st.sampled_from(["CD1", "CD2", "A"])), min_size=1, max_size=4).map(
            "/".join
        ),
        st.sampled_from([Role.AUDIO, Role.AUDIO, Role.AUDIO, Role.ARTWORK]),
        _TAGS,
        _AUDIO,
    ),
    max_size=25,
    unique_by=lambda file: file.ref.path,
)


@settings(max_examples=150)
@given(_FILES)
def test_no_tags_are_an_error_and_every_note_has_words(files: list[ExaminedFile]) -> None:
    files.sort(key=lambda file: file.ref.path)
    found = list(looked_at(files))
    parts = sorted((each for each in found if isinstance(each, Part)), key=lambda part: part.key)
    for album in [*(each for each in found if isinstance(each, NotedAlbum)), *joined(parts)]:
        assert album.notes
        assert all(note.message for note in album.notes)
        assert len({note.kind for note in album.notes}) == len(album.notes)
