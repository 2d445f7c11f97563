"""The tables of the catalogue, as numbered steps from an empty file to the form that this program reads.

The SQL is its own documentation: every column has a comment, and the reference page is made of it. SQLite keeps the
text of a table with the table, so that whoever opens the file in fifty years finds it there too.
"""

from __future__ import annotations

APPLICATION_ID = 0x61726368
""""arch" in ASCII: marks the file as a catalogue of this program (SQLite's ``application_id``)."""

_FORM_1 = """
CREATE TABLE meta (                    -- what holds for the whole catalogue
  key   TEXT PRIMARY KEY,              -- 'fold': how the words of `find` were folded
  value TEXT NOT NULL                  -- its value
) STRICT, WITHOUT ROWID;

CREATE TABLE store (                   -- the folders that get bags
  store_id   INTEGER PRIMARY KEY,      -- number in this catalogue
  identifier TEXT NOT NULL UNIQUE,     -- UUID that stands in the store itself, by which a disk is known under another path
  label      TEXT NOT NULL,            -- what people call it
  place      BLOB NOT NULL             -- absolute path at which it was seen last, as bytes
) STRICT;

CREATE TABLE bag (                     -- every bag that was ever taken in; changed only where its tag files are on purpose
  bag_id       INTEGER PRIMARY KEY,    -- number in this catalogue
  identifier   TEXT NOT NULL,          -- External-Identifier, or urn:sha512: and the pin where it has none
  name         TEXT NOT NULL,          -- its name, without an archive's ending
  sealed_at    TEXT,                   -- when it was sealed: RFC 3339 in UTC, or a day where no more is known
  algorithms   TEXT NOT NULL,          -- algorithms of its payload manifests, the strongest first, with commas between
  pin          BLOB NOT NULL UNIQUE,   -- SHA-512 of its strongest tag manifest, which every copy must match; without one, of its strongest payload manifest
  octets       INTEGER NOT NULL,       -- bytes of its payload
  files        INTEGER NOT NULL,       -- files of its payload
  first_file   INTEGER,                -- file_id of its first file; the files of a bag have consecutive numbers
  last_file    INTEGER,                -- file_id of its last file; NULL where the payload is empty
  accession_id INTEGER REFERENCES accession, -- the accession that made it; NULL where it records none
  parity       INTEGER NOT NULL DEFAULT 0 -- sets of recovery data that its tag manifest lists
) STRICT;
CREATE INDEX bag_identifier ON bag (identifier);
CREATE INDEX bag_accession ON bag (accession_id);

CREATE TABLE copy (                    -- one bag's presence in one store
  copy_id    INTEGER PRIMARY KEY,      -- number in this catalogue
  bag_id     INTEGER NOT NULL REFERENCES bag,     -- the bag
  store_id   INTEGER NOT NULL REFERENCES store,   -- the store
  path       TEXT NOT NULL,            -- path below the store, an archive's with its ending
  form       TEXT NOT NULL CHECK (form IN ('folder', 'tar', 'tar.gz', 'zip')),               -- what the copy is in
  state      TEXT NOT NULL CHECK (state IN ('present', 'damaged', 'missing', 'retired')),    -- what was last seen of it
  added_at   TEXT NOT NULL,            -- when it was taken in: RFC 3339, UTC
  checked_at TEXT,                     -- when every byte of it was last read and found right: RFC 3339, UTC; NULL: never
  part_since TEXT,                     -- when an audit of it began that is not at its end yet: RFC 3339, UTC; NULL: none is under way
  part_after BLOB,                     -- order and place of the file that this audit read last
  part_wrong INTEGER NOT NULL DEFAULT 0, -- how many things it has found wrong so far
  UNIQUE (store_id, path)
) STRICT;
CREATE INDEX copy_of ON copy (bag_id);

CREATE TABLE format (                  -- the formats of files
  format_id INTEGER PRIMARY KEY,       -- number in this catalogue
  puid  TEXT,                          -- PRONOM identifier; NULL where PRONOM has none
  name  TEXT NOT NULL,                 -- in plain words
  mime  TEXT,                          -- media type
  codec TEXT,                          -- of the audio
  UNIQUE (puid, name, mime, codec)
) STRICT;

CREATE TABLE decision (                -- the different answers on rights: one row for any number of files
  decision_id INTEGER PRIMARY KEY,     -- number in this catalogue
  disposition TEXT NOT NULL CHECK (disposition IN ('include', 'restrict', 'exclude', 'review')), -- what becomes of a file
  basis       TEXT NOT NULL,           -- the basis that governs
  preserve    TEXT NOT NULL,           -- may it be kept: allow, deny or unknown
  access      TEXT NOT NULL,           -- may its holder use it: as above
  transfer    TEXT NOT NULL,           -- may it be handed on: as above
  publish     TEXT NOT NULL,           -- may it be published: as above
  mine        TEXT NOT NULL,           -- may machines analyse it in bulk: as above
  personal    TEXT CHECK (personal IN ('detected', 'unknown')), -- personal data in it; NULL: none detected
  restricted_until TEXT,               -- the last day of a declared restriction; NULL: no day was declared
  reasons     TEXT NOT NULL,           -- JSON [{"code", "text"}], in the order of the rules
  digest      BLOB NOT NULL UNIQUE     -- SHA-256 of the canonical JSON of the columns above
) STRICT;

CREATE TABLE folder (                  -- folders of payloads
  folder_id INTEGER PRIMARY KEY,       -- number in this catalogue
  path      TEXT NOT NULL UNIQUE       -- path below data/, as bags have it; '' is data/ itself
) STRICT;

CREATE TABLE file (                    -- the files of payloads, in the order of their bags; never changed
  file_id     INTEGER PRIMARY KEY,     -- number in this catalogue
  bag_id      INTEGER NOT NULL,        -- the bag
  folder_id   INTEGER NOT NULL,        -- the folder in the bag
  name        TEXT NOT NULL,           -- its name in the bag
  role        TEXT,                    -- audio, artwork, document, log, cue, playlist, checksum, other or system; NULL: not recorded
  size        INTEGER NOT NULL,        -- bytes
  modified_ns INTEGER,                 -- modification time, nanoseconds since 1970 UTC; NULL: not recorded
  format_id   INTEGER,                 -- its format; NULL: not identified
  duration_ms INTEGER,                 -- of the audio, milliseconds
  sample_rate INTEGER,                 -- of the audio, hertz
  channels    INTEGER,                 -- of the audio
  bit_depth   INTEGER,                 -- of the audio, bits
  bitrate     INTEGER,                 -- of the audio, bits a second
  lossless    INTEGER CHECK (lossless IN (0, 1)), -- whether the audio is kept without loss; NULL: not known
  year        INTEGER,                 -- the first four digits of the tag `date`
  protection  TEXT,                    -- scheme of a copy protection; NULL: none detected
  personal    TEXT,                    -- as decision.personal, when it was packed
  integrity   TEXT,                    -- state of the music when it was read through; NULL: it was not
  decision_id INTEGER,                 -- what was decided when it was packed; NULL: not recorded
  digest      BLOB NOT NULL,           -- by the first algorithm of bag.algorithms
  essence     BLOB,                    -- digest of the music apart from its tags; NULL: it has none
  record_at   INTEGER                  -- where its line begins in the bag's metadata/files.jsonl, bytes; NULL: it has none
) STRICT;

CREATE TABLE tags (                    -- the tags of files, many files in one row
  first_file INTEGER PRIMARY KEY,      -- file_id of the first of them; they lie in one folder of one bag
  body       BLOB NOT NULL             -- zlib of JSON [[file_id - first_file, {tag name: [values]}], ...]; files without tags are left out
) STRICT;

CREATE TABLE problem (                 -- findings about files in bags
  file_id INTEGER NOT NULL,            -- the file
  code    TEXT NOT NULL,               -- code of the problem
  message TEXT NOT NULL                -- one plain sentence
) STRICT;
CREATE INDEX problem_file ON problem (file_id);
CREATE INDEX problem_code ON problem (code);

CREATE VIRTUAL TABLE find USING fts5 ( -- the words by which files are found, folded; rowid is file_id
  title,                               -- tag title
  artist,                              -- tags artist and albumartist
  album,                               -- tag album
  other,                               -- every other tag
  path,                                -- folders and name in the bag
  facet,                               -- what never changes, a word each: format, role, loss, protection, personal data, integrity, year
  content = '', detail = column, columnsize = 0, tokenize = 'ascii'
);

CREATE TABLE collection (              -- lines of accessions; a collection has one in each store
  collection_id INTEGER PRIMARY KEY,   -- number in this catalogue
  store_id  INTEGER NOT NULL REFERENCES store,  -- the store
  name      TEXT NOT NULL,             -- what people call it
  looked_at TEXT,                      -- when its source was last looked at: RFC 3339, UTC; NULL: known from bags alone
  UNIQUE (store_id, name)
) STRICT;

CREATE TABLE accession (               -- runs of packing
  accession_id   INTEGER PRIMARY KEY,  -- number in this catalogue
  identifier     TEXT NOT NULL,        -- UUID, as its bags have it; two have the same only where a clock was made to stand still
  collection_id  INTEGER NOT NULL REFERENCES collection, -- its collection
  at             TEXT NOT NULL,        -- when it was made: RFC 3339, UTC
  started_ns     INTEGER,              -- clock before the first look at the source, nanoseconds since 1970 UTC; NULL: known from bags alone
  granularity_ns INTEGER,              -- of times in the source's file system; NULL: as above
  policy         TEXT,                 -- name of the policy that rights were decided under; NULL: not recorded
  rights         BLOB,                 -- digest of all that its decisions rest on beside the files; NULL: known from bags alone
  holds_until    TEXT,                 -- the last day on which its decisions hold; NULL: none ends, or known from bags alone
  bags           INTEGER NOT NULL,     -- bags that it has in all
  stated         INTEGER NOT NULL DEFAULT 0 -- bags of which the state is told in `held`
) STRICT;
CREATE INDEX accession_named ON accession (identifier);
CREATE INDEX accession_line ON accession (collection_id, accession_id);

CREATE TABLE place (                   -- folders of a collection's source
  place_id      INTEGER PRIMARY KEY,   -- number in this catalogue
  collection_id INTEGER NOT NULL REFERENCES collection, -- the collection
  path          TEXT NOT NULL,         -- path below the source, as records have it; '' is the source itself
  listing       BLOB,                  -- digest of what the last look at it saw; NULL where that proves nothing, or known from bags alone
  UNIQUE (collection_id, path)
) STRICT;

CREATE TABLE held (                    -- which content a path of a source had, from which accession to which
  place_id    INTEGER NOT NULL,        -- the folder
  name        TEXT NOT NULL,           -- the file's name, as records have it
  first_acc   INTEGER NOT NULL,        -- accession_id of the first accession of which this row tells
  last_acc    INTEGER,                 -- accession_id of the last one; NULL: the latest there is
  file_id     INTEGER NOT NULL,        -- the file in a bag that has its bytes
  modified_ns INTEGER NOT NULL,        -- modification time, nanoseconds since 1970 UTC
  decision_id INTEGER,                 -- what was decided of it
  size        INTEGER,                 -- rescan key: bytes; this and what follows is NULL where the row is known from bags alone, and the file is then read again
  mtime_ns    INTEGER,                 -- rescan key: modification time, nanoseconds
  ctime_ns    INTEGER,                 -- rescan key: time of the last change of state, nanoseconds
  inode       INTEGER,                 -- rescan key: number of the file in its file system, as a signed number of 64 bits
  racy        INTEGER,                 -- 1 where it was changed so late that its times prove nothing; else 0
  PRIMARY KEY (place_id, name, first_acc)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_file ON held (file_id);
CREATE INDEX held_decision ON held (decision_id) WHERE decision_id > 15 AND last_acc IS NULL;

CREATE TABLE event (                   -- what was done in stores: the lines of their .archiver/events.jsonl
  store_id INTEGER NOT NULL REFERENCES store, -- the store
  seq      INTEGER NOT NULL,           -- number of the line, from 1
  at       TEXT NOT NULL,              -- when: RFC 3339, UTC
  type     TEXT NOT NULL,              -- what: accession, nothing new, digital signature, deletion, fixity check, replication, metadata modification, recovery
  object   TEXT NOT NULL,              -- what it was done to
  outcome  TEXT NOT NULL,              -- success, warning or fail
  detail   TEXT NOT NULL,              -- JSON object
  agent    TEXT NOT NULL,              -- software that did it, with its version
  prev     BLOB NOT NULL,              -- hash of the event before; 32 zero bytes for the first
  hash     BLOB NOT NULL,              -- SHA-256 of prev and the canonical JSON of the line without prev and hash
  PRIMARY KEY (store_id, seq)
) STRICT;
CREATE INDEX event_object ON event (object);
CREATE TRIGGER event_kept BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
CREATE TRIGGER event_kept_whole BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
"""

FILE_INDEXES = """
CREATE INDEX file_digest ON file (substr(digest, 1, 8));
CREATE INDEX file_essence ON file (substr(essence, 1, 8)) WHERE essence IS NOT NULL;
CREATE INDEX file_path ON file (folder_id, name);
CREATE INDEX file_year ON file (year) WHERE year IS NOT NULL;
CREATE INDEX file_protection ON file (protection) WHERE protection IS NOT NULL;
CREATE INDEX file_decision ON file (decision_id) WHERE decision_id > 15;
"""
"""Indexes that are dear while many files are taken in; decisions 1 to 15 are those met first, which most files share."""

FILE_INDEX_NAMES = (
    "file_digest",
    "file_essence",
    "file_path",
    "file_year",
    "file_protection",
    "file_decision",
)

_FORM_2 = """
CREATE TABLE older_copy (              -- copies with the tag files of before, where those of another copy were changed on purpose since
  copy_id INTEGER PRIMARY KEY REFERENCES copy, -- the copy
  pin     BLOB NOT NULL                -- what its own tag manifest must match, in the place of bag.pin
) STRICT;
"""

_FORM_3 = """
CREATE TABLE intended_change (         -- changes of copies on purpose that are under way, until what came of them is noted
  copy_id INTEGER PRIMARY KEY REFERENCES copy, -- the copy
  before  BLOB NOT NULL,               -- its pin before
  after   BLOB NOT NULL,               -- the pin that the change gives it
  what    TEXT NOT NULL                -- what is changed, in a few words
) STRICT;

CREATE TABLE payload_manifest (        -- what tells one payload from another: no two descriptions of it are taken for two bags
  bag_id INTEGER PRIMARY KEY REFERENCES bag, -- the bag
  digest BLOB NOT NULL                 -- SHA-512 of its strongest payload manifest
) STRICT;
"""

MIGRATIONS: tuple[str, ...] = (_FORM_1 + FILE_INDEXES, _FORM_2, _FORM_3)
"""Step ``n`` makes form ``n + 1`` of form ``n``; form 0 is an empty file. SQLite's ``user_version`` is the form."""

FORM = len(MIGRATIONS)
