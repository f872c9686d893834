"""The text of an article as a calm page of its own, with nothing in it that could run."""

import re
from html import escape, unescape
from pathlib import Path

from anagnorisis.domain import Item, ItemId, Unknown
from anagnorisis.media.replies import Scope, Send, send_bytes
from anagnorisis.store import items, texts
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'none'; sandbox allow-same-origin"
)
FIRST_LINE = re.compile(r"\s*<p>([^<]*)</p>")
STYLE = Path(__file__).with_name("reader.css").read_text("utf-8")
PAGE = """<!doctype html>
<html lang="" dir="auto"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{style}</style></head>
<body>{head}<main dir="auto">
{html}
</main></body></html>
"""


async def serve_text(store: Store, item_id: ItemId, sight: Sight, scope: Scope, send: Send) -> None:
    """Answer `GET|HEAD /media/{id}/text`. Raises `Unknown` for an item without a text in sight."""
    item = (await items.by_ids(store.read, [item_id], sight)).get(item_id)
    html = await texts.html(store.read, item_id, sight)
    if item is None or html is None:
        raise Unknown("There is no text of this item.", item_id)
    headers = {"content-type": "text/html; charset=utf-8", "cache-control": "private, no-cache"}
    body = page(item, html).encode()
    await send_bytes(scope, send, 200, body, {**headers, "content-security-policy": POLICY})


def page(item: Item, html: str) -> str:
    """The whole page of a sanitised text; a heading is added when the text does not begin with one.

    A text that begins with a bare line of its title, as plain texts do, has it as the heading only.
    """
    first = FIRST_LINE.match(html)
    if first and unescape(first[1]).strip() == item.title:
        html = html[first.end() :]
    own = html.lstrip().lower().startswith("<h1")
    head = "" if own else f"<h1>{escape(item.title)}</h1>"
    by = f'<p class="by">{escape(item.creator)}</p>' if item.creator and not own else ""
    return PAGE.format(title=escape(item.title), style=STYLE, head=head + by, html=html)
