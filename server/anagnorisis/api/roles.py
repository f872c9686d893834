"""Who may ask what: one row for each address and method. An address without a row is not answered.

`screen < listener < guest < member < owner`: a row names the least role that may. A test walks every route
and whatever else answers HTTP, and fails on one that has no row here, and on a row that leads nowhere.
"""

from msgspec import Struct

from anagnorisis.auth.refusals import WrongMethod
from anagnorisis.domain import ROLES, Role, Unknown


class Rule(Struct, frozen=True):
    """What an address asks of who comes."""

    least: Role | None
    """None: it answers without a session too."""
    confirm: bool = False
    """The person must have shown within the last minutes that it is them."""
    unless_first: bool = False
    """But for somebody who has nothing to show it with yet, and is here to get that."""

    def admits(self, role: Role) -> bool:
        """Whether `role` is enough."""
        return self.least is None or ROLES.index(role) >= ROLES.index(self.least)


ANYONE, SCREEN, LISTENER, GUEST = Rule(None), Rule("screen"), Rule("listener"), Rule("guest")
MEMBER, OWNER, OWNER_CONFIRMED = Rule("member"), Rule("owner"), Rule("owner", confirm=True)
GUEST_CONFIRMED = Rule("guest", confirm=True)
OWN_PROOF = Rule("guest", confirm=True, unless_first=True)

TABLE = {
    "GET /{page}": ANYONE,
    "POST /api/session": ANYONE,
    "GET /api/session": SCREEN,
    "DELETE /api/session": SCREEN,
    "GET /api/session/listening": SCREEN,
    "PUT /api/session/listening": SCREEN,
    "PUT /api/screens": OWNER,
    "POST /api/pair/start": ANYONE,
    "POST /api/pair/claim": ANYONE,
    "GET /api/pair": OWNER,
    "POST /api/pair/{waiting}/approve": OWNER,
    "POST /api/pair/{waiting}/deny": OWNER,
    "POST /api/invitations": OWNER,
    "GET /api/people": SCREEN,
    "POST /api/people": OWNER,
    "PATCH /api/people/{person}": GUEST,
    "DELETE /api/people/{person}": OWNER_CONFIRMED,
    "GET /api/people/{person}/listening": GUEST,
    "PUT /api/people/{person}/listening": GUEST,
    "GET /api/people/{person}/sight": OWNER,
    "PUT /api/people/{person}/sight": OWNER,
    "GET /api/people/{person}/sharing": GUEST,
    "PUT /api/people/{person}/sharing": GUEST,
    "PUT /api/people/{person}/role": OWNER_CONFIRMED,
    "DELETE /api/people/{person}/devices": GUEST,
    "GET /api/devices": GUEST,
    "PATCH /api/devices/{device}": GUEST,
    "PUT /api/devices/{device}/screen": OWNER_CONFIRMED,
    "DELETE /api/devices/{device}": GUEST,
    "GET /api/security": GUEST,
    "PUT /api/security/password": OWN_PROOF,
    "DELETE /api/security/password": OWN_PROOF,
    "POST /api/security/passkeys/options": OWN_PROOF,
    "POST /api/security/passkeys": OWN_PROOF,
    "DELETE /api/security/passkeys/{passkey}": OWN_PROOF,
    "POST /api/security/confirm": GUEST,
    "POST /api/security/confirm/options": GUEST,
    "POST /api/security/confirm/passkey": GUEST,
    "GET /api/audit": OWNER,
    "GET /api/egress": OWNER,
    "PUT /api/egress/purposes/{name}": OWNER,
    "PUT /api/egress/hosts/{host}": OWNER,
    "DELETE /api/egress/hosts/{host}": OWNER,
    "GET /api/entrance": GUEST,
    "POST /api/entrance/authority": OWNER_CONFIRMED,
    "GET /health": ANYONE,
    "GET /metrics": OWNER,
    "GET /api/sources": SCREEN,
    "POST /api/sources": OWNER,
    "DELETE /api/sources/{source}": OWNER,
    "POST /api/sources/{source}/scan": MEMBER,
    "GET /api/sources/{source}/problems": MEMBER,
    "GET /api/sources/suggested": OWNER,
    "POST /api/sources/sample": OWNER,
    "POST /api/sources/feeds": MEMBER,
    "GET /api/sources/feeds": SCREEN,
    "PATCH /api/sources/feeds/{source}": MEMBER,
    "POST /api/sources/opml": MEMBER,
    "GET /api/sources/opml": MEMBER,
    "GET /api/sources/{source}": SCREEN,
    "GET /api/sources/{source}/icon": SCREEN,
    "GET /api/pages": GUEST,
    "POST /api/pages": MEMBER,
    "DELETE /api/pages": MEMBER,
    "POST /api/pages/file": MEMBER,
    "POST /api/pages/{item_id}/again": MEMBER,
    "GET /api/feed": SCREEN,
    "GET /api/feed/pair": LISTENER,
    "GET /api/feed/controls": SCREEN,
    "PUT /api/feed/controls": GUEST,
    "GET /api/groups/{by}": SCREEN,
    "GET /api/groups/{by}/{group_id}": SCREEN,
    "GET /api/items": SCREEN,
    "GET /api/items/facets": SCREEN,
    "GET /api/items/sections": SCREEN,
    "GET /api/items/{item_id}": SCREEN,
    "GET /api/items/{item_id}/why": LISTENER,
    "PUT /api/items/{item_id}/tags": MEMBER,
    "GET /api/items/{item_id}/similar": SCREEN,
    "GET /api/items/{item_id}/sound": SCREEN,
    "GET /api/items/{item_id}/lyrics": SCREEN,
    "GET /api/listening/choices": SCREEN,
    "PUT /api/listening/choices/{kind}": LISTENER,
    "GET /api/playlists": SCREEN,
    "POST /api/playlists": GUEST,
    "POST /api/playlists/m3u": GUEST,
    "GET /api/playlists/{playlist}": SCREEN,
    "PATCH /api/playlists/{playlist}": GUEST,
    "DELETE /api/playlists/{playlist}": GUEST,
    "POST /api/playlists/{playlist}/items": GUEST,
    "PUT /api/playlists/{playlist}/items": GUEST,
    "GET /api/playlists/{playlist}/m3u": SCREEN,
    "GET /api/highlights": LISTENER,
    "PUT /api/highlights/{uuid}": LISTENER,
    "DELETE /api/highlights/{uuid}": LISTENER,
    "POST /api/radio": SCREEN,
    "GET /api/speakers": SCREEN,
    "PUT /api/speakers/here": SCREEN,
    "POST /api/speakers/{device}/orders": LISTENER,
    "POST /api/shuffle": SCREEN,
    "GET /api/search": SCREEN,
    "POST /api/search/picture": SCREEN,
    "POST /api/events": LISTENER,
    "GET /api/history": LISTENER,
    "POST /api/history": GUEST,
    "GET /api/people/{person}/export": GUEST_CONFIRMED,
    "GET /api/people/{person}/taste": GUEST_CONFIRMED,
    "GET /api/taste": LISTENER,
    "GET /api/taste/map": LISTENER,
    "GET /api/taste/corrections": LISTENER,
    "GET /api/taste/words": LISTENER,
    "PUT /api/taste/words": GUEST,
    "DELETE /api/taste/words": GUEST,
    "GET /api/taste/signals": LISTENER,
    "PUT /api/taste/signals": GUEST,
    "DELETE /api/taste/signals": GUEST,
    "GET /api/taste/curve": LISTENER,
    "GET /api/taste/axes": LISTENER,
    "GET /api/taste/drift": LISTENER,
    "GET /api/taste/blend": LISTENER,
    "GET /api/heads": GUEST,
    "POST /api/heads": OWNER,
    "PUT /api/heads/nightly": OWNER,
    "PUT /api/heads/{head}/active": OWNER,
    "DELETE /api/heads/{head}": OWNER,
    "GET /api/tags": GUEST,
    "PUT /api/tags/{kind}": OWNER,
    "GET /api/models": GUEST,
    "POST /api/models/imports": OWNER,
    "PUT /api/models/{kind}": OWNER,
    "PUT /api/models/known/{name}": OWNER,
    "DELETE /api/models/known/{name}": OWNER,
    "DELETE /api/models/{kind}/{which}": OWNER,
    "DELETE /api/models/{kind}/installed/{digest}": OWNER,
    "GET /api/jobs": GUEST,
    "POST /api/jobs/{name}/{verb}": OWNER,
    "GET /api/changes": SCREEN,
    "GET /api/openapi.json": GUEST,
    "GET /media/{item}": SCREEN,
    "GET /media/{item}/{form}": SCREEN,
    "GET /media/{item}/picture/{mark}": SCREEN,
}
"""`METHOD /address` → rule. HEAD is asked as GET is; `{…}` stands for one part of an address, and `/{page}`
for every address that is not below `CLOSED`: the app itself."""

CLOSED = ("/api/", "/media/")
"""Below these nothing answers but what has a row."""


class Roles:
    """The table, ready to be asked for each request."""

    def __init__(self, table: dict[str, Rule] = TABLE) -> None:
        self._plain: dict[str, dict[str, Rule]] = {}
        self._formed: dict[int, dict[tuple[str, ...], dict[str, Rule]]] = {}
        for row, rule in table.items():
            method, _, address = row.partition(" ")
            parts = tuple(address.split("/"))
            rules = (
                self._formed.setdefault(len(parts), {}).setdefault(parts, {})
                if "{" in address
                else self._plain.setdefault(address, {})
            )
            rules[method] = rule

    def find(self, method: str, address: str) -> Rule:
        """The row for a request. Raises `Unknown` where there is none, `WrongMethod` for another method."""
        rules = self._plain.get(address) or self._by_form(address)
        if rules is None:
            raise Unknown(f"There is nothing at {address}.")
        rule = rules.get("GET" if method == "HEAD" else method)
        if rule is None:
            plain = [] if address.startswith("/api/") or "GET" not in rules else ["HEAD"]
            raise WrongMethod(f"{method} is not answered at {address}.", sorted([*rules, *plain]))
        return rule

    def _by_form(self, address: str) -> dict[str, Rule] | None:
        if not address.startswith(CLOSED):
            return self._formed[2].get(("", "{page}"))
        parts = address.split("/")
        for form, rules in self._formed.get(len(parts), {}).items():
            if form[1] != "{page}" and all(
                part == asked or (part.startswith("{") and asked)
                for part, asked in zip(form, parts, strict=True)
            ):
                return rules
        return None
