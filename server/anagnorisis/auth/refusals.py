"""The ways in which the door says no; each becomes a status of its own in `api/errors.py`."""

from collections.abc import Sequence

from anagnorisis.domain import Conflict, NotAllowed, Refused


class NoSession(NotAllowed):
    """This device has no session, or it was ended."""

    code = "no_session"


class WrongCode(NotAllowed):
    """A code that never was, or was used already."""

    code = "wrong_code"


class RoleTooSmall(NotAllowed):
    """The person, or this device of theirs, may not do this."""

    code = "role_too_small"


class ConfirmFirst(NotAllowed):
    """What was asked for needs a fresh proof that it is the person who asks, and not just their device."""

    code = "confirm_first"


class NothingToConfirmWith(NotAllowed):
    """The same, but the person has neither a password nor a passkey yet."""

    code = "nothing_to_confirm_with"


class WrongProof(NotAllowed):
    """A wrong password, or a passkey that does not fit."""

    code = "wrong_proof"


class OtherPerson(Conflict):
    """A screen sent what one person did while it speaks for another."""

    code = "other_person"


class TooManyTries(NotAllowed):
    """Too many tries from one address; `after_s` says how many seconds to wait."""

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


class WrongMethod(Refused):
    """An address of ours, asked in a way it does not answer; `allowed` says which it does."""

    code = "method_not_allowed"

    def __init__(self, what: str, allowed: Sequence[str]) -> None:
        super().__init__(what)
        self.allowed = allowed
