"""Names that nobody answers to, or somebody else does."""

from ipaddress import ip_address

from anagnorisis.api.doctor import names
from anagnorisis.api.lan.discovery import Discovery

HERE, THERE = ip_address("127.0.0.1"), ip_address("127.0.0.2")


async def test_a_name_that_nobody_answers_to_is_told(told) -> None:
    said = told(await names.answered("anagnorisis-d.local", [HERE]))
    assert said.startswith("✗ Nobody answers to anagnorisis-d.local") and "5353" in said


async def test_the_running_house_is_heard_and_another_machine_is_told(told) -> None:
    house = Discovery([HERE])
    await house.announce("anagnorisis-d", 8765, "7F3A")
    ours = told(await names.answered("anagnorisis-d.local", [HERE]))
    theirs = told(await names.answered("anagnorisis-d.local", [THERE]))
    await house.close()
    assert ours.startswith("✓") and "Private DNS" in ours
    assert theirs.startswith("✗ 127.0.0.1, another machine, answers")


def test_a_name_of_the_resolver_leads_here_or_it_is_told(told) -> None:
    assert told(names.resolved("localhost", [HERE])) == "✓ localhost leads here."
    assert "which is not this machine" in told(names.resolved("localhost", [THERE]))
    assert told(names.resolved("no-such-name.invalid", [HERE])).startswith("✗")
    assert told(names.resolved("x" * 80 + ".invalid", [HERE])).startswith("✗")
