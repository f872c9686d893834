"""Bytes to devices: parts of files, thumbnails, covers, texts. Plain ASGI: Litestar knows no ranges."""
