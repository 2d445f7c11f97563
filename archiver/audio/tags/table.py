"""Which key of which tag family means which canonical name.

One table per family, from the tagging conventions that players and MusicBrainz Picard share. Keys of families
that fold case stand here in lower case. A key that is in no table is not canonical; it stays in the raw index.
Trap: a "track id" of MusicBrainz holds the *recording*.
"""

from __future__ import annotations

FIELDS: tuple[str, ...] = (
    "title",
    "artist",
    "album",
    "album_artist",
    "track",
    "track_total",
    "disc",
    "disc_total",
    "date",
    "original_date",
    "label",
    "catalog_number",
    "barcode",
    "isrc",
    "composer",
    "genre",
    "comment",
    "copyright",
    "phonogram",
    "license",
    "terms",
    "ownership",
    "encoder",
    "encoder_settings",
    "encoded_by",
    "media",
    "mb_recording_id",
    "mb_track_id",
    "mb_release_id",
    "mb_release_group_id",
    "mb_artist_id",
    "mb_work_id",
    "acoustid",
)
"""Every canonical name but the ``replaygain_*`` ones, in the order in which they are recorded."""

TOTALS: dict[str, str] = {"track": "track_total", "disc": "disc_total"}
"""Fields whose value may read ``number/total``, and where the total goes."""

ID3: dict[str, str] = {
    "TIT2": "title",
    "TPE1": "artist",
    "TALB": "album",
    "TPE2": "album_artist",
    "TRCK": "track",
    "TPOS": "disc",
    "TDRC": "date",
    "TYER": "date",
    "TDOR": "original_date",
    "TORY": "original_date",
    "TPUB": "label",
    "TSRC": "isrc",
    "TCOM": "composer",
    "TCON": "genre",
    "COMM": "comment",
    "TCOP": "copyright",
    "TPRO": "phonogram",
    "WCOP": "license",
    "USER": "terms",
    "OWNE": "ownership",
    "TENC": "encoded_by",
    "TSSE": "encoder_settings",
    "TMED": "media",
}
"""ID3v2.3 and 2.4 frames."""

ID3_SHORT: dict[str, str] = {
    "TT2": "TIT2",
    "TP1": "TPE1",
    "TAL": "TALB",
    "TP2": "TPE2",
    "TRK": "TRCK",
    "TPA": "TPOS",
    "TYE": "TYER",
    "TDA": "TDAT",
    "TOR": "TORY",
    "TPB": "TPUB",
    "TRC": "TSRC",
    "TCM": "TCOM",
    "TCO": "TCON",
    "COM": "COMM",
    "TCR": "TCOP",
    "WCP": "WCOP",
    "TEN": "TENC",
    "TSS": "TSSE",
    "TMT": "TMED",
    "TIM": "TIME",
    "TRD": "TRDA",
    "TXX": "TXXX",
    "UFI": "UFID",
}
"""ID3v2.2 frames by their later names."""

ID3_FALLBACKS: dict[str, str] = {"TDRL": "date", "TRDA": "date"}
"""Frames that count only where the same tag has no better one for the field: released, recorded on these days."""

DESCRIBED: dict[str, str] = {
    "label": "label",
    "catalognumber": "catalog_number",
    "barcode": "barcode",
    "isrc": "isrc",
    "originaldate": "original_date",
    "license": "license",
    "licence": "license",
    "media": "media",
    "musicbrainz track id": "mb_recording_id",
    "musicbrainz_trackid": "mb_recording_id",
    "musicbrainz release track id": "mb_track_id",
    "musicbrainz_releasetrackid": "mb_track_id",
    "musicbrainz album id": "mb_release_id",
    "musicbrainz_albumid": "mb_release_id",
    "musicbrainz release group id": "mb_release_group_id",
    "musicbrainz_releasegroupid": "mb_release_group_id",
    "musicbrainz artist id": "mb_artist_id",
    "musicbrainz_artistid": "mb_artist_id",
    "musicbrainz work id": "mb_work_id",
    "musicbrainz_workid": "mb_work_id",
    "acoustid id": "acoustid",
    "acoustid_id": "acoustid",
}
"""Descriptions of ID3 ``TXXX`` frames and names of MP4 ``----:com.apple.iTunes:`` items."""

VORBIS: dict[str, str] = {
    "title": "title",
    "artist": "artist",
    "album": "album",
    "albumartist": "album_artist",
    "album artist": "album_artist",
    "album_artist": "album_artist",
    "tracknumber": "track",
    "tracktotal": "track_total",
    "totaltracks": "track_total",
    "track_total": "track_total",
    "discnumber": "disc",
    "disctotal": "disc_total",
    "totaldiscs": "disc_total",
    "disc_total": "disc_total",
    "date": "date",
    "originaldate": "original_date",
    "label": "label",
    "publisher": "label",
    "organization": "label",
    "organisation": "label",
    "catalognumber": "catalog_number",
    "barcode": "barcode",
    "upc": "barcode",
    "ean": "barcode",
    "isrc": "isrc",
    "composer": "composer",
    "genre": "genre",
    "comment": "comment",
    "description": "comment",
    "copyright": "copyright",
    "license": "license",
    "licence": "license",
    "encodedby": "encoded_by",
    "encoded by": "encoded_by",
    "encoded_by": "encoded_by",
    "encoded-by": "encoded_by",
    "encoder": "encoder",
    "encoder_options": "encoder_settings",
    "encodersettings": "encoder_settings",
    "encoder settings": "encoder_settings",
    "media": "media",
    "musicbrainz_trackid": "mb_recording_id",
    "musicbrainz_releasetrackid": "mb_track_id",
    "musicbrainz_albumid": "mb_release_id",
    "musicbrainz_releasegroupid": "mb_release_group_id",
    "musicbrainz_artistid": "mb_artist_id",
    "musicbrainz_workid": "mb_work_id",
    "acoustid_id": "acoustid",
}
"""Vorbis comments, in FLAC, Ogg Vorbis, Opus, Speex and Ogg FLAC."""

APE: dict[str, str] = {**VORBIS, "track": "track", "disc": "disc", "year": "date", "ean/upc": "barcode"}
"""APEv2 items; Picard and foobar2000 use the Vorbis names for what the specification does not name."""

MP4: dict[str, str] = {
    "©nam": "title",
    "©ART": "artist",
    "©alb": "album",
    "aART": "album_artist",
    "trkn": "track",
    "disk": "disc",
    "©day": "date",
    "©wrt": "composer",
    "©gen": "genre",
    "gnre": "genre",
    "©cmt": "comment",
    "cprt": "copyright",
    "©cpy": "copyright",
    "©too": "encoder",
    "titl": "title",
    "perf": "artist",
    "albm": "album",
    "dscp": "comment",
    "yrrc": "date",
    "albm:track": "track",
}
"""iTunes items of MP4 files; the same four characters stand in QuickTime user data, the last six in 3GPP's."""

QUICKTIME_KEYS: dict[str, str] = {
    "title": "title",
    "displayname": "title",
    "artist": "artist",
    "album": "album",
    "album_artist": "album_artist",
    "track": "track",
    "disc": "disc",
    "date": "date",
    "year": "date",
    "publisher": "label",
    "composer": "composer",
    "genre": "genre",
    "comment": "comment",
    "copyright": "copyright",
    "encoder": "encoder",
    "software": "encoder",
}
"""Names in QuickTime's ``keys`` box, without Apple's prefix."""

ASF: dict[str, str] = {
    "title": "title",
    "author": "artist",
    "wm/albumtitle": "album",
    "wm/albumartist": "album_artist",
    "wm/tracknumber": "track",
    "wm/partofset": "disc",
    "wm/year": "date",
    "wm/originalreleasetime": "original_date",
    "wm/publisher": "label",
    "wm/catalogno": "catalog_number",
    "wm/barcode": "barcode",
    "wm/isrc": "isrc",
    "wm/composer": "composer",
    "wm/genre": "genre",
    "description": "comment",
    "copyright": "copyright",
    "license": "license",
    "wm/encodedby": "encoded_by",
    "wm/encodingsettings": "encoder_settings",
    "wm/media": "media",
    "musicbrainz/track id": "mb_recording_id",
    "musicbrainz/release track id": "mb_track_id",
    "musicbrainz/album id": "mb_release_id",
    "musicbrainz/release group id": "mb_release_group_id",
    "musicbrainz/artist id": "mb_artist_id",
    "musicbrainz/work id": "mb_work_id",
    "acoustid/id": "acoustid",
}
"""Attributes of Windows Media files."""

RIFF_INFO: dict[str, str] = {
    "INAM": "title",
    "IART": "artist",
    "IPRD": "album",
    "ITRK": "track",
    "IPRT": "track",
    "ICRD": "date",
    "IGNR": "genre",
    "ICMT": "comment",
    "ICOP": "copyright",
    "IMUS": "composer",
    "ISFT": "encoder",
    "IMED": "media",
    "IENC": "encoded_by",
    "ITCH": "encoded_by",
}
"""``LIST INFO`` of WAV files. ``ISRC`` is left out: it names a supplier there, not a recording's code."""

BROADCAST: dict[str, str] = {
    "Description": "comment",
    "Originator": "encoded_by",
    "OriginationDate": "date",
    "CodingHistory": "encoder_settings",
}
"""The ``bext`` chunk of broadcast WAV files (EBU Tech 3285)."""

CART: dict[str, str] = {"Title": "title", "Artist": "artist"}
"""The ``cart`` chunk of radio stations (AES46)."""

AIFF: dict[str, str] = {
    "NAME": "title",
    "AUTH": "artist",
    "(c) ": "copyright",
    "ANNO": "comment",
    "COMT": "comment",
}
"""Text and comment chunks of AIFF files."""

CAF: dict[str, str] = {
    "title": "title",
    "artist": "artist",
    "album": "album",
    "track number": "track",
    "year": "date",
    "recorded date": "date",
    "composer": "composer",
    "genre": "genre",
    "comments": "comment",
    "copyright": "copyright",
    "encoding application": "encoder",
}
"""The ``info`` chunk of Core Audio files, by Apple's list of keys."""

DSDIFF: dict[str, str] = {"DITI": "title", "DIAR": "artist", "COMT": "comment"}
"""The edited-master and comment chunks of DSDIFF files."""

MATROSKA: dict[str, str] = {
    **VORBIS,
    "part_number": "track",
    "total_parts": "track_total",
    "date_released": "date",
    "production_copyright": "phonogram",
    "terms_of_use": "terms",
    "catalog_number": "catalog_number",
    "encoder_settings": "encoder_settings",
    "original_media_type": "media",
}
"""Tags of Matroska files that are said of a track (level 30), or of no stated level, as many programs write them."""

MATROSKA_ALBUM: dict[str, str] = {
    **MATROSKA,
    "title": "album",
    "artist": "album_artist",
    "part_number": "disc",
}
"""Tags of Matroska files that are said of an album (level 50); what it has holds for its tracks, too."""

MATROSKA_INFO: dict[str, str] = {"Title": "title", "WritingApp": "encoder"}
"""The segment's information in Matroska files."""

REALMEDIA: dict[str, str] = {
    "Title": "title",
    "Author": "artist",
    "Copyright": "copyright",
    "Comment": "comment",
}
"""The content description of RealMedia files."""

MIDI: dict[str, str] = {"Copyright": "copyright"}
"""Texts of MIDI files. The name of a track is mostly that of an instrument."""

LYRICS3: dict[str, str] = {"ETT": "title", "EAR": "artist", "EAL": "album", "INF": "comment"}
"""Fields of Lyrics3, which say in full what ID3v1 cuts short."""

ID3V1: dict[str, str] = {
    "title": "title",
    "artist": "artist",
    "album": "album",
    "year": "date",
    "comment": "comment",
    "track": "track",
    "genre": "genre",
}
"""The fields of ID3v1 and its enhancement."""

FALLBACKS: dict[str, str] = {
    "author": "artist",
    "artists": "artist",
    "album artist": "album_artist",
    "album_artist": "album_artist",
    "albumartist": "album_artist",
    "band": "album_artist",
    "comments": "comment",
    "comment": "comment",
    "description": "comment",
    "year": "date",
    "date": "date",
    "releasedate": "date",
    "release date": "date",
    "originalyear": "original_date",
    "originalreleasedate": "original_date",
    "original release date": "original_date",
    "origdate": "original_date",
    "date_recorded": "date",
    "track": "track",
    "tracknum": "track",
    "tracknumber": "track",
    "disc": "disc",
    "disk": "disc",
    "discnumber": "disc",
    "tracktotal": "track_total",
    "totaltracks": "track_total",
    "disctotal": "disc_total",
    "totaldiscs": "disc_total",
    "title": "title",
    "artist": "artist",
    "album": "album",
    "genre": "genre",
    "composer": "composer",
    "publisher": "label",
    "record label": "label",
    "catalog": "catalog_number",
    "catalogno": "catalog_number",
    "catalog number": "catalog_number",
    "labelno": "catalog_number",
    "upc": "barcode",
    "ean": "barcode",
    "copyright": "copyright",
    "licence": "license",
}
"""Other names for a field in any family, which count only where the same block has no better one for it."""
