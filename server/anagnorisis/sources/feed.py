"""A feed as a source: asked politely, only for what is new, and read where it can do no harm."""

from anagnorisis.domain import AnagnorisisError, Unreadable
from anagnorisis.egress.client import Egress, Fetched
from anagnorisis.egress.refusals import HostBusy, SwitchedOff, TooLarge
from anagnorisis.sources.feeds.reader import Reader
from anagnorisis.sources.feeds.timing import interval_s, rest_s, retry_s, weekly
from anagnorisis.sources.polled import Answered, Known

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
SAME, GONE = 304, 410
TOO_OFTEN = frozenset({429, 503})
SAYS = {
    401: "It asks for a name and a password; only open feeds can be followed.",
    403: "It does not let this house in.",
    404: "There is nothing at this address any more. Look on the site whether the feed has moved.",
    410: "Its host says that it is gone for good, so it is not asked any more.",
    429: "Its host asked to be left alone for a while.",
    503: "Its host is overloaded, and asked to be left alone for a while.",
}


class Feed:
    """The source type `feed`; its address is that of the feed."""

    async def ask(self, egress: Egress, reader: Reader, known: Known, now: int) -> Answered:
        """Ask for the feed and read it. Raises `SwitchedOff`; all else that goes wrong is an answer."""
        try:
            fetched = await egress.get("feeds", known.address, _wanted(known))
            if fetched.status == SAME and fetched.url != known.answered:
                # It leads elsewhere by now, and the validators were not given there.
                fetched = await egress.get("feeds", known.address, {"accept": ACCEPT})
            return await _understood(fetched, reader, known, now)
        except SwitchedOff:
            raise
        except HostBusy as busy:
            return Answered("failed", rest_s(known.failures + 1, busy.after_s), problem=_sentence(busy))
        except AnagnorisisError as error:
            longer = 4 if isinstance(error, TooLarge | Unreadable) else 1  # the same bytes will do no better
            return Answered("failed", rest_s(known.failures + longer), problem=_sentence(error))


async def _understood(fetched: Fetched, reader: Reader, known: Known, now: int) -> Answered:
    headers, status = fetched.headers, fetched.status
    if status == SAME:
        again = interval_s(known.weekly, now, headers, known.ttl_s)
        return Answered("same", again, moved=fetched.moved)
    if status == GONE:
        return Answered("ended", 0, problem=SAYS[GONE])
    if status != 200:
        asked = retry_s(headers.get("retry-after", ""), now) if status in TOO_OFTEN else 0
        problem = SAYS.get(status, f"Its host answered with an error ({status}).")
        return Answered("failed", rest_s(known.failures + 1, asked), problem=problem)
    told = await reader.feed(fetched.body, headers.get("content-type", ""), fetched.url)
    lately = weekly((entry.published for entry in told.entries), now)
    again = interval_s(lately, now, headers, told.ttl_s)
    etag, modified = _validators(fetched)
    return Answered("new", again, told, "", fetched.moved, fetched.url, etag, modified)


def _wanted(known: Known) -> dict[str, str]:
    wanted = {"accept": ACCEPT}
    if known.etag:
        wanted["if-none-match"] = known.etag
    if known.modified:
        wanted["if-modified-since"] = known.modified
    return wanted


def _validators(fetched: Fetched) -> tuple[str, str]:
    """ETag and Last-Modified, always the newest pair; none of an answer that was old when it was sent."""
    if fetched.headers.get("expires", "").strip() == "0":
        return "", ""
    return fetched.headers.get("etag", ""), fetched.headers.get("last-modified", "")


def _sentence(error: AnagnorisisError) -> str:
    if isinstance(error, Unreadable):
        return f"It answered, but {error.what}."
    return error.what


FEED = Feed()
