"""The ways in which nothing comes of a request to the outside; each says what to do about it."""

from anagnorisis.domain import AnagnorisisError, NotAllowed


class SwitchedOff(NotAllowed):
    """Nobody has switched this purpose on; nothing was sent, no name was looked up."""

    code = "switched_off"


class AddressRefused(NotAllowed):
    """The host is not on the internet but at home, or nowhere, and nobody allowed it by name."""

    code = "address_refused"


class Unreachable(AnagnorisisError):
    """The host did not answer, or not with what can be used; to be tried again later."""

    code = "unreachable"


class TooLarge(Unreachable):
    """The answer is larger than its reader wanted; the rest was left where it is."""

    code = "too_large"


class HostBusy(Unreachable):
    """The host asked to be left alone for `after_s` seconds, or is being read for something else."""

    code = "host_busy"

    def __init__(self, host: str, what: str, after_s: int) -> None:
        super().__init__(f"{host} {what}", host)
        self.after_s = after_s
