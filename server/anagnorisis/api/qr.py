"""Addresses of this house as pictures that a phone's camera reads."""

from typing import Any

import segno
from litestar import Request


def link_to(request: Request[Any, Any, Any], path: str) -> str:
    """The address of `path` by the name under which the house was asked; the door has checked that name."""
    return f"{request.scope['scheme']}://{request.headers['host']}{path}"


def picture_of(link: str) -> str:
    """A QR code of `link` as the `data:` address of an SVG, dark on light as cameras like it."""
    return str(segno.make(link, micro=False).svg_data_uri(scale=8, border=2, dark="#221d17", light="#fffdf9"))
