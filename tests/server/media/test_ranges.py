"""Which part of a file a request gets, row by row."""

import pytest

from anagnorisis.media.ranges import Facts, Part, headers_of, part_of

FACTS = Facts(etag='"abc"', modified=1_700_000_000, size=1000)
MODIFIED = "Tue, 14 Nov 2023 22:13:20 GMT"
LATER = "Tue, 14 Nov 2023 22:13:21 GMT"
EARLIER = "Tue, 14 Nov 2023 22:13:19 GMT"
WHOLE, OUTSIDE, KNOWN = Part(200, 0, 1000), Part(416, 0, 0), Part(304, 0, 0)


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-", Part(206, 0, 1000)),
        ("bytes=0-1", Part(206, 0, 2)),
        ("bytes=100-199", Part(206, 100, 100)),
        ("bytes=999-", Part(206, 999, 1)),
        ("bytes=990-5000", Part(206, 990, 10)),
        ("bytes=-1", Part(206, 999, 1)),
        ("bytes=-5000", Part(206, 0, 1000)),
        ("bytes= 5-6 ", Part(206, 5, 2)),
        ("bytes=1000-", OUTSIDE),
        ("bytes=5000-6000", OUTSIDE),
        ("bytes=-0", OUTSIDE),
        ("bytes=6-5", WHOLE),
        ("bytes=-", WHOLE),
        ("bytes=", WHOLE),
        ("bytes=a-b", WHOLE),
        ("bytes=0-1,5-6", WHOLE),
        ("items=0-1", WHOLE),
        ("bytes=0-" + "9" * 5000, WHOLE),
        ("", WHOLE),
    ],
)
def test_a_range_gives_its_part_or_the_whole(asked: str, part: Part) -> None:
    assert part_of("GET", {"range": asked}, FACTS) == part


@pytest.mark.parametrize(
    ("condition", "part"),
    [
        ('"abc"', Part(206, 0, 10)),
        ('"old"', WHOLE),
        ('W/"abc"', WHOLE),
        (MODIFIED, Part(206, 0, 10)),
        (LATER, WHOLE),
        (EARLIER, WHOLE),
        ("nonsense", WHOLE),
    ],
)
def test_a_range_counts_only_while_its_condition_holds(condition: str, part: Part) -> None:
    assert part_of("GET", {"range": "bytes=0-9", "if-range": condition}, FACTS) == part


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({"if-none-match": '"abc"'}, KNOWN),
        ({"if-none-match": 'W/"abc"'}, KNOWN),
        ({"if-none-match": '"old", "abc"'}, KNOWN),
        ({"if-none-match": "*"}, KNOWN),
        ({"if-none-match": '"old"'}, WHOLE),
        ({"if-none-match": '"old"', "if-modified-since": LATER}, WHOLE),
        ({"if-none-match": '"abc"', "range": "bytes=0-9"}, KNOWN),
        ({"if-modified-since": MODIFIED}, KNOWN),
        ({"if-modified-since": LATER}, KNOWN),
        ({"if-modified-since": EARLIER}, WHOLE),
        ({"if-modified-since": "yesterday"}, WHOLE),
    ],
)
def test_a_device_that_has_the_bytes_already_gets_none(headers: dict[str, str], part: Part) -> None:
    assert part_of("GET", headers, FACTS) == part


def test_head_knows_no_ranges() -> None:
    assert part_of("HEAD", {"range": "bytes=0-1"}, FACTS) == WHOLE


@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=-1", "bytes=0-0"])
def test_no_part_of_an_empty_file_can_be_had(asked: str) -> None:
    assert part_of("GET", {"range": asked}, Facts('"e"', 0, 0)) == OUTSIDE


def test_the_headers_of_an_answer_say_where_its_bytes_lie() -> None:
    validators = {"accept-ranges": "bytes", "etag": '"abc"', "last-modified": MODIFIED}
    assert headers_of(Part(206, 100, 100), FACTS) == {
        **validators,
        "content-range": "bytes 100-199/1000",
        "content-length": "100",
    }
    assert headers_of(OUTSIDE, FACTS) == {
        **validators,
        "content-range": "bytes */1000",
        "content-length": "0",
    }
    assert headers_of(WHOLE, FACTS) == {**validators, "content-length": "1000"}
    assert headers_of(KNOWN, FACTS) == validators


@pytest.mark.parametrize(
    "date", ["Mon, 01 Jan 0001 00:00:00 +1400", "Thu, 01 Jan 99999999999999999999 00:00:00 GMT", "soon"]
)
def test_a_date_that_no_clock_can_show_is_no_condition(date: str) -> None:
    assert part_of("GET", {"if-modified-since": date}, FACTS) == WHOLE
    assert part_of("GET", {"range": "bytes=0-9", "if-range": date}, FACTS) == WHOLE
