"""The ways in which the door says no; each becomes a status of its own in `api/errors.py`."""

from anagnorisis.domain import NotAllowed


class NoSession(NotAllowed):
    """This device has no session, or it was ended."""

    code = "no_session"


class WrongCode(NotAllowed):
    """A code that never was, or was used already."""

    code = "wrong_code"


class TooManyTries(NotAllowed):
    """Too many wrong codes from one address; `after_s` says how many seconds to wait."""

    code = "too_many_tries"

    def __init__(self, what: str, after_s: int) -> None:
        super().__init__(what)
        self.after_s = after_s


class WrongHost(NotAllowed):
    """The request names a host that is not ours: a stale bookmark, or a page that rebinds names."""

    code = "wrong_host"


class ForeignOrigin(NotAllowed):
    """A page of another site speaks through the person's browser."""

    code = "foreign_origin"
