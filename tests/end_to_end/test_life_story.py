"""The story of a collection over some weeks, through the command line: packed, changed in every way, packed again.

Told twice: with the catalogue kept, and with the catalogue lost before each step.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import pytest

from archiver.records.state import STATE_RECORD
from tests.running import archiver
from tests.samples import flac, tree_digest
