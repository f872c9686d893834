"""Connections to the database that know the vectors beside it."""

import sqlite3

import aiosqlite

from anagnorisis.store.cores import Cores


class Writer(sqlite3.Connection):
    """The one that writes."""

    cores: Cores


class Reader(aiosqlite.Connection):
    """One that looks."""

    cores: Cores
