"""The known models that are told of: each can become a model here, and none says more than is known of it."""

import re

import pytest

from anagnorisis.domain import Unknown
from anagnorisis.embed import description
from anagnorisis.embed.catalogue import Known, catalogue, known
from anagnorisis.embed.description import Sum

HEX = re.compile(r"[0-9a-f]+")
FREE = {"Apache-2.0", "MIT"}
ALL = [*catalogue().values()]


@pytest.mark.parametrize("one", ALL, ids=[one.name for one in ALL])
def test_every_entry_can_be_followed_and_says_where_its_terms_and_digests_stand(one: Known) -> None:
    sums = one.sums if one.pinned else {name: Sum("0" * 64, 1) for name in one.files}
    told = one.described(sums, "a test")
    spec = description.spec(told, "anywhere")
    assert (spec.kind, spec.dim, spec.words) == (one.kind, one.content.width, one.speaks)
    assert one.licence in FREE and one.licence_url.startswith("https://")
    assert HEX.fullmatch(one.revision) and len(one.revision) == 40 and one.repository.count("/") == 1
    assert one.title and one.says.endswith(".") and one.memory_mb > 0
    assert told.made_by["revision"] == one.revision and one.revision[:12] in told.source


@pytest.mark.parametrize("one", ALL, ids=[one.name for one in ALL])
def test_what_is_pinned_is_pinned_whole_with_sizes_and_a_proof_and_what_is_not_says_nothing(
    one: Known,
) -> None:
    for wanted in one.files.values():
        assert bool(wanted.sha256) == bool(wanted.bytes) == one.pinned
        assert not wanted.sha256 or (HEX.fullmatch(wanted.sha256) and len(wanted.sha256) == 64)
    assert bool(one.proof) == one.pinned
    digests = [wanted.sha256 for wanted in one.files.values() if wanted.sha256]
    assert len({*digests}) == len(digests)


def test_each_kind_has_a_known_model_that_knows_words_and_the_smaller_ones_come_first() -> None:
    assert {one.kind for one in ALL if one.speaks} == {"article", "image", "music"}
    assert [one.name for one in ALL if one.kind == "image"] == ["clip-vit-b32", "siglip2-base"]
    articles = [one.pinned for one in ALL if one.kind == "article"]
    assert articles == sorted(articles, reverse=True) and not articles[-1]


def test_what_hears_comes_in_two_sizes_and_its_terms_were_looked_up() -> None:
    tagger, clap = (one for one in ALL if one.kind == "music")
    assert (tagger.name, clap.name) == ("ced-tiny", "clap-htsat")
    assert tagger.pinned and tagger.bytes < 8 << 20 and not tagger.speaks
    assert {one.licence for one in (tagger, clap)} == {"Apache-2.0"}
    assert all("2026-11-27" in one.licence_proof for one in (tagger, clap))


def test_a_name_that_is_none_is_said_to_be_none() -> None:
    assert known("clap-htsat").kind == "music"
    with pytest.raises(Unknown, match="models known"):
        known("clap")
