"""A challenger that says what it is told to, for tests of who hears it."""

import numpy as np

from anagnorisis.domain import Kind
from anagnorisis.taste.blend import Trust, voiced
from anagnorisis.taste.challenger import Forecast
from anagnorisis.taste.view import View


class Head:
    """Says its `forecast` of everything to everybody."""

    name, title = "head", "the larger model"

    def __init__(self, forecast: Forecast | None) -> None:
        self.forecast = forecast

    def says(self, person: int, kind: Kind) -> Forecast | None:
        return self.forecast


def spoken(mean: np.ndarray, variance: float = 2.0, phi: int = 1, made_at: int = 0) -> Forecast:
    return Forecast(mean.astype(np.float32), np.full(len(mean), variance, np.float32), made_at, 1, phi)


def hear(view: View, forecast: Forecast, trust: Trust | None = None) -> View:
    voice = voiced(Head(forecast), forecast, view.columns, view.taste.noise, view.space.features)
    view.hear(trust or view.trust, [voice])
    return view
