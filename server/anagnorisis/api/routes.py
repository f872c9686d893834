"""All of the API as one application: the resources, what they are given, how refusals are answered."""

from typing import Any

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from anagnorisis.api import (
    VERSION,
    audit,
    changes,
    controls,
    corrections,
    devices,
    egress,
    errors,
    events,
    feed,
    feeds,
    groups,
    heads,
    health,
    hearing,
    highlights,
    history,
    items,
    jobs,
    known_models,
    listening,
    metrics,
    mirror,
    models,
    pages,
    pair,
    people,
    playlists,
    radio,
    search,
    security,
    session,
    sharing,
    signals,
    sounds,
    sources,
    speakers,
    tags,
    taste,
    ways_in,
    words,
)
from anagnorisis.api.rooms import Rooms, dependencies
from anagnorisis.domain import AnagnorisisError

LARGEST_BODY = 1 << 20
"""Bytes of a request; a batch of 200 events has a tenth of it."""
TITLE = "Anagnorisis"


@get("/openapi.json", include_in_schema=False, sync_to_thread=True)
def get_openapi() -> Response[bytes]:
    """This API as OpenAPI 3.1; made when it is asked for."""
    return Response(openapi(), media_type="application/json")


HANDLERS = (
    session.open_session,
    session.get_session,
    session.close_session,
    ways_in.get_entrance,
    ways_in.make_authority,
    listening.list_listeners,
    listening.choose_listener,
    listening.set_screens,
    listening.get_leave,
    listening.set_leave,
    people.list_people,
    people.add_person,
    people.give_role,
    people.sign_out_everywhere,
    devices.list_devices,
    devices.rename_device,
    devices.narrow_device,
    devices.revoke_device,
    pair.start_pairing,
    pair.claim_session,
    pair.list_waiting,
    pair.approve_device,
    pair.deny_device,
    pair.invite_device,
    security.get_security,
    security.set_password,
    security.remove_password,
    security.begin_passkey,
    security.add_passkey,
    security.remove_passkey,
    security.confirm_by_password,
    security.begin_confirmation,
    security.confirm_by_passkey,
    audit.list_audit,
    people.rename_person,
    people.remove_person,
    people.get_sight,
    people.set_sight,
    sharing.get_sharing,
    sharing.set_sharing,
    sources.list_sources,
    sources.add_source,
    sources.remove_source,
    sources.scan_source,
    sources.list_problems,
    sources.list_suggestions,
    sources.add_sample,
    feeds.follow_feed,
    feeds.list_feeds,
    feeds.change_feed,
    feeds.read_opml,
    feeds.write_opml,
    feeds.get_source,
    feeds.get_icon,
    pages.save_pages,
    pages.save_file,
    pages.list_pages,
    pages.find_again,
    pages.forget_page,
    feed.get_feed,
    feed.get_pair,
    controls.get_controls,
    controls.set_controls,
    groups.list_groups,
    groups.get_group,
    items.list_items,
    items.get_facets,
    items.list_sections,
    items.get_item,
    items.explain_item,
    items.list_similar,
    search.find,
    search.find_like_picture,
    events.post_events,
    history.get_history,
    history.export_history,
    history.export_taste,
    history.import_history,
    signals.get_signals,
    signals.switch_signals,
    signals.erase_signals,
    taste.list_tastes,
    taste.get_map,
    corrections.list_corrections,
    words.get_words,
    words.write_words,
    words.erase_words,
    mirror.get_curve,
    mirror.get_axes,
    mirror.get_drift,
    hearing.get_blend,
    heads.list_heads,
    heads.ask_for_head,
    heads.set_nights,
    heads.use_head,
    heads.remove_head,
    models.list_models,
    models.import_models,
    models.choose_models,
    models.drop_model,
    models.remove_model,
    known_models.pull_model,
    known_models.stop_pulling,
    tags.list_tags,
    tags.write_list,
    tags.say_wrong,
    playlists.list_playlists,
    playlists.add_playlist,
    playlists.read_m3u,
    playlists.get_playlist,
    playlists.change_playlist,
    playlists.remove_playlist,
    playlists.append_items,
    playlists.arrange_items,
    playlists.write_m3u,
    highlights.list_highlights,
    highlights.put_highlight,
    highlights.remove_highlight,
    radio.play_station,
    radio.shuffle_items,
    speakers.list_speakers,
    speakers.say_playing,
    speakers.order_speaker,
    sounds.get_sound,
    sounds.get_lyrics,
    sounds.get_choices,
    sounds.set_choice,
    jobs.list_jobs,
    jobs.steer_job,
    egress.get_egress,
    egress.switch_purpose,
    egress.allow_host,
    egress.forbid_host,
    changes.follow_changes,
    get_openapi,
)

OUTSIDE = (
    health.get_health,
    metrics.get_metrics,
)
"""Not below /api, where those who watch over servers look for them."""
OUTSIDE_PATHS = frozenset({"/health", "/metrics"})


def application(rooms: Rooms | None, described: OpenAPIConfig | None = None) -> Litestar:
    """The API below /api, and `OUTSIDE`. Without `rooms` it can be described, not used."""
    return Litestar(
        [Router("/api", route_handlers=HANDLERS), *OUTSIDE],
        dependencies=dependencies(rooms),
        exception_handlers={
            AnagnorisisError: errors.answer_refusal,
            HTTPException: errors.answer_misfit,
            Exception: errors.answer_breakdown,
        },
        openapi_config=described,
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
        response_headers={"cache-control": "no-store"},
    )


def openapi() -> bytes:
    """The API as OpenAPI 3.1 JSON."""
    config = OpenAPIConfig(TITLE, VERSION, render_plugins=[JsonRenderPlugin()], use_handler_docstrings=True)
    schema: dict[str, Any] = application(None, config).openapi_schema.to_schema()
    return msgspec.json.encode(schema)
