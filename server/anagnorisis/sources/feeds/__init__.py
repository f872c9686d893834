"""Feeds, from the bytes a host sends to entries that are safe to keep; all of it apart from the network."""
