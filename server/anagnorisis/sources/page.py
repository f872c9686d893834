"""A page as a source: asked for once, by the address somebody saved; what is in the way is said plainly."""

from msgspec import Struct

from anagnorisis.domain import AnagnorisisError
from anagnorisis.egress.client import Egress, Fetched
from anagnorisis.egress.exchange import Limits
from anagnorisis.egress.refusals import HostBusy, SwitchedOff, TooLarge, Unreachable
from anagnorisis.sources.feeds.timing import rest_s, retry_s

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
LIMITS = Limits(body=10 << 20)
MOST_TRIES = 6
"""Over some hours; after them somebody has to ask again."""
TYPES = ("text/html", "application/xhtml+xml")
LATER = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
SAYS = {
    401: "It asks for a name and a password. Open it in a browser, save it as a file, and hand that in.",
    402: "It is to be paid for. Open it in a browser, save it as a file, and hand that in.",
    403: "Its site does not let this house in. Open it in a browser, save it as a file, and hand that in.",
    404: "There is nothing at this address any more.",
    410: "Its site says that it is gone for good.",
    429: "Its site asked to be left alone for a while.",
    451: "Its site may not show it, for reasons of law.",
}
GIVEN_UP = "It did not answer as often as it was asked. Save it again to have it tried once more."


class Came(Struct, frozen=True):
    """What came of asking for a page: what was fetched, or why it was not."""

    fetched: Fetched | None
    problem: str = ""
    again_s: int | None = None
    """Seconds until it is tried again, None when it is not."""


async def ask(egress: Egress, address: str, failures: int, now: int) -> Came:
    """Ask for a page. Raises `SwitchedOff`; all else that goes wrong is an answer."""
    try:
        fetched = await egress.get("pages", address, {"accept": ACCEPT}, LIMITS)
    except SwitchedOff:
        raise
    except HostBusy as busy:
        return _later(failures, busy.what, busy.after_s)
    except TooLarge as error:
        return Came(None, error.what)
    except Unreachable as error:
        return _later(failures, error.what, 0)
    except AnagnorisisError as error:
        return Came(None, error.what)
    if fetched.status != 200:
        problem = SAYS.get(fetched.status, f"Its site answered with an error ({fetched.status}).")
        asked = retry_s(fetched.headers.get("retry-after", ""), now)
        return _later(failures, problem, asked) if fetched.status in LATER else Came(None, problem)
    kind = fetched.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind not in TYPES:
        return Came(
            None, f"It is no page but a file ({kind}). Put it into a folder of the house to have it here."
        )
    return Came(fetched)


def _later(failures: int, problem: str, asked_s: int) -> Came:
    if failures + 1 >= MOST_TRIES:
        return Came(None, f"{problem} {GIVEN_UP}")
    return Came(None, problem, rest_s(failures + 1, asked_s))
