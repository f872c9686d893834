"""First scan of small and of real-size files per CPU-second, and the unchanged rescan of 2,000 files.

Small: 2,000 tagged tracks of 2 s (half MP3, half FLAC). Real size: FLAC and WAV of minutes, JPEG of 12 MP. Each
scan is a process of its own on an empty store, identity, tags, store and all; its CPU time counts from the start
of the scan. The rival reads tags with tinytag and hashes whole files with BLAKE2b, storing nothing.
"""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from anagnorisis.config import Settings
from anagnorisis.library.scan import Scanner
from anagnorisis.store import sources
from anagnorisis.store.db import Store
from corpus import NOW, large_files, small_files
from receipt import arguments, conclude
