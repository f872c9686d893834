"""What people did: kept, learned, and answered with what is expected now."""

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec.structs import replace

from anagnorisis.api.changes import Bells
from anagnorisis.auth.refusals import OtherPerson
from anagnorisis.auth.sessions import Caller
from anagnorisis.store import items
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.batches import Batch, Receipt, moves_ratings
from anagnorisis.taste.learner import Learner


@post("/events", status_code=200)
async def post_events(
    data: JSONBody[Batch],
    caller: NamedDependency[Caller],
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
    bells: NamedDependency[Bells],
) -> Receipt:
    """Keep a batch of at most 200 events. What the answer accepts is on disk and in every score.

    409 when it was made for somebody for whom this device does not speak now.
    """
    if data.person not in (None, caller.person.id):
        raise OtherPerson(f"{caller.person.name} is listening here now. Choose who these ratings are of.")
    receipt = await learner.record(caller.person.id, caller.device.id, data)
    if receipt.accepted and moves_ratings(data.events):
        bells.rated(caller.person.id)
    seen = await items.in_view(store.read, receipt.scores, sight)
    return replace(
        receipt, scores={item: receipt.scores[item] if item in seen else None for item in receipt.scores}
    )
