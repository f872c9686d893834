"""One question to the whole library: what is written of items, what they are like, in one ranked answer."""
