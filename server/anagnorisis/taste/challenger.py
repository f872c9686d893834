"""What competes with the linear model for trust: anything that gives an item a mean and a variance."""

from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import Kind


class Forecast(Struct, frozen=True, eq=False):
    """What a challenger expects one person to rate the items of a kind, as it was worked out a while ago."""

    mean: NDArray[np.float32]
    """(n,), points: of the first n rows of the space; later ones are not known to it."""
    variance: NDArray[np.float32]
    """(n,), points squared, above 0: of the rating itself, noise included. The forecast is normal."""
    made_at: int
    """Unix milliseconds: it was trained on no event received after that, so it may foretell those."""
    version: int
    """Of the challenger."""
    phi: int
    """Of the features whose rows these are (`Space.version`): under another one they are other items."""


class Challenger(Protocol):
    """A model beside the linear one. `says` is asked often, on the event loop: it gives what is at hand."""

    name: str
    """Stands in the store beside each of its forecasts; never changes, not with a new version either."""
    title: str
    """What it is called to a person: "the larger model"."""

    def says(self, person: int, kind: Kind) -> Forecast | None:
        """Its forecast for a person as it stands, the same object until there is a new one; None without."""
