"""What items have in common by name can be listed, and taken away for the sake of argument."""

from typing import Any

from anagnorisis.taste.names import borne, without


def test_an_item_bears_its_creator_its_collection_and_its_tags_once(make_item: Any) -> None:
    item = make_item("music", creator="Nina Simone", collection="")
    assert borne(item, ["jazz", "soul", "jazz"]) == (
        ("creator", "Nina Simone"),
        ("tag", "jazz"),
        ("tag", "soul"),
    )


def test_a_name_can_be_taken_away(make_item: Any) -> None:
    item = make_item("music", creator="Nina Simone", collection="Pastel Blues")
    assert without(item, ["jazz", "soul"], ("tag", "jazz")) == (item, ["soul"])
    bare, tags = without(item, ["jazz"], ("creator", "Nina Simone"))
    assert (bare.creator, bare.collection, tags) == ("", "Pastel Blues", ["jazz"])
