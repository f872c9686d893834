"""The honest mirror over HTTP: how well one is foretold, what one goes by, whether that has changed."""

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from anagnorisis.domain import Kind
from anagnorisis.feed.eligible import Eligible
from anagnorisis.feed.queries import Filters
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.mirror import AxesOut, CurveOut, DriftOut, Mirror


@get("/taste/curve")
async def get_curve(
    sight: NamedDependency[Sight], mirror: NamedDependency[Mirror], kind: FromQuery[Kind]
) -> CurveOut:
    """How well the ratings of the person who asks were foretold, over their number."""
    return await mirror.curve(sight.person, kind)


@get("/taste/axes")
async def get_axes(
    sight: NamedDependency[Sight],
    learner: NamedDependency[Learner],
    eligible: NamedDependency[Eligible],
    mirror: NamedDependency[Mirror],
    kind: FromQuery[Kind],
) -> AxesOut:
    """What the person who asks goes by in a kind: names, and how things look, sound or read."""
    view = await learner.view(sight.person, kind)
    return await mirror.axes(view, sight, await eligible.rows(view, Filters(), sight))


@get("/taste/drift")
async def get_drift(
    sight: NamedDependency[Sight],
    learner: NamedDependency[Learner],
    mirror: NamedDependency[Mirror],
    kind: FromQuery[Kind],
) -> DriftOut:
    """What the first half of the ratings of the person who asks says against what the last half says."""
    return await mirror.drift(await learner.view(sight.person, kind), sight)
