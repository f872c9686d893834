"""Why a file could not be read: for its bytes, or because the system would not give them."""

import errno

from anagnorisis.domain import Again

OUT_OF_REACH = frozenset(
    {
        errno.EACCES,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENODEV,
        errno.ENOENT,
        errno.ENOMEM,
        errno.ENOTCONN,
        errno.ENXIO,
        errno.EPERM,
        errno.EREMOTEIO,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)
"""What the system says when the same file may be read another time."""


def again(error: Exception) -> Again:
    """When reading is worth another try after `error`, that of the system or of a decoder."""
    return "source" if getattr(error, "errno", None) in OUT_OF_REACH else "never"
