"""Tracks opened within limits and decoded, whatever is wrong with them, in processes that may die of it."""
