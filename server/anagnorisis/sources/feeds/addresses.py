"""One spelling for each address, so that the same article under several is one."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

TRACKING = re.compile(
    r"utm_.*|(?:fb|g|dc|gb|ms|tw|ttc|y|wt)clid|_?hs(?:enc|mi|cta.*)|mc_[ce]id|mkt_tok|igshid?|ns_\w+|oly_\w+_id|"
    r"vero_(?:id|conv)|wickedid|_openstat|at_(?:campaign|medium|custom\d*)|cmpid|ncid|sr_share|rb_clickid|"
    r"s_cid|ref_?src|ref_url|feature|amp|ocid|srsltid|__twitter_impression",
    re.IGNORECASE,
)
"""Names of what is added to an address to tell where a reader came from, never which page is meant."""
PORTS = {"http": 80, "https": 443}
WHOLE = re.compile(
    r"(https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]{1,5})?)(?:/[\w/+=&?%#~,;!-]*(?:\.\w[\w/+=&?%#~,;!-]*)*)?"
)
FROM_TOP = re.compile(r"/[\w+=&?%#~,;!-][\w/+=&?%#~,;!-]*(?:\.\w[\w/+=&?%#~,;!-]*)*")
"""Plain addresses, most of those in any text: joining them in full takes as long as all else that is done."""
KEPT = "/:@!$&'()*+,;=~-._"


def canonical(address: str) -> str:
    """The spelling that stands for an address; the same text for what is no address of the web.

    It names a page; it need not be what is asked for: http and https, `www.` and a last slash do not count.
    """
    try:
        parts = urlsplit(address.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return address.strip()
    if parts.scheme not in PORTS or not host:
        return address.strip()
    named = host.removeprefix("www.") if host.count(".") > 1 else host
    named = f"[{named}]" if ":" in named else named
    at = named if port in (None, PORTS[parts.scheme]) else f"{named}:{port}"
    path = quote(unquote(parts.path, errors="surrogateescape"), safe=KEPT, errors="surrogateescape")
    path = re.sub(r"/{2,}", "/", path).rstrip("/")
    return urlunsplit(("https", at, path or "/", _query(parts.query), ""))


def _query(query: str) -> str:
    kept = [
        pair
        for pair in parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
        if not TRACKING.fullmatch(pair[0])
    ]
    return urlencode(sorted(kept), errors="surrogateescape")


def joined(base: str, address: str) -> str:
    """`address` as it is meant in `base`; empty when that leads nowhere on the web."""
    address = address.strip()
    if not address or WHOLE.fullmatch(address):
        return address
    if FROM_TOP.fullmatch(address) and (top := _top(base)):
        return top + address
    try:
        there = urljoin(base, address)
        parts = urlsplit(there)
    except ValueError:
        return ""
    return there if parts.scheme in PORTS and parts.hostname else ""


@lru_cache(64)
def _top(base: str) -> str:
    """Scheme and host of a plain address, empty for any other."""
    found = WHOLE.match(base)
    return found[1] if found else ""


def host_of(address: str) -> str:
    """The host of an address, empty without one."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
