"""How many requests came and how soon their answers began, by part of the house; before every door."""

import time
from collections import defaultdict

from anagnorisis.api.exposition import Histogram
from anagnorisis.media.replies import App, Message, Receive, Scope, Send

PARTS = {"api": "api", "media": "media"}
"""First word of a path → part; all else is the app."""


class Tally:
    """Counts that begin with the process."""

    def __init__(self) -> None:
        self.answers: defaultdict[tuple[str, str], int] = defaultdict(int)
        """(part, class of status such as "2xx") → answers begun."""
        self.first_byte: defaultdict[str, Histogram] = defaultdict(Histogram)
        """Part → seconds until the answer began."""
        self.open = 0
        """Requests under way, streams among them."""
        self.streams = 0
        """Of these, copies of items on their way to who plays or reads them."""

    def counting(self, inside: App) -> App:
        """`inside`, with its answers counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            part, began = _part(scope), time.perf_counter()
            stream = scope.get("path", "").strip("/").split("/")[:-1] == ["media"]

            async def heard(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self.answers[part, f"{message['status'] // 100}xx"] += 1
                    self.first_byte[part].add(time.perf_counter() - began)
                await send(message)

            self.open += 1
            self.streams += stream
            try:
                await inside(scope, receive, heard)
            finally:
                self.open -= 1
                self.streams -= stream

        return counted


def _part(scope: Scope) -> str:
    first = scope.get("path", "").strip("/").partition("/")[0]
    return PARTS.get(first, "app")
