"""The season, chapter by chapter. The months are the story's; the chain's clock is the one on the wall."""

import time

from season import arriving, cast, complaints, council, making, newcomer, recalls, reckoning, selling, trouble
from season.season import Season

VALIDATORS = 4

CHAPTERS = (
    ("March: orders", making.orders),
    ("April: making", making.making),
    ("May: pallets", making.packing),
    ("May: to the carriers", making.shipping),
    ("June: arrivals", arriving.arriving),
    ("July: shops", selling.shops),
    ("July: pallets opened", selling.opening),
    ("July: sales", selling.selling),
    ("August: returns", selling.returns),
    ("September: complaints", complaints.complaints),
    ("September: corrections", complaints.corrections),
    ("October: a recall", recalls.recall),
    ("October: wrong registrations", trouble.registrations),
    ("October: lost, claimed, seized", trouble.stuck),
    ("October: a brand is sold", trouble.brand_sold),
    ("November: the council overreaches", trouble.overreach),
    ("November: a node more, under load", newcomer.newcomer),
    ("November: a stolen laptop", council.stolen_key),
    ("November: the council votes, under load", council.validators),
    ("December: verdicts", reckoning.verdicts),
)


def found(stage, scale):
    genesis = stage.found(cast.genesis_template("season"), VALIDATORS)
    operators = ", ".join(validator["organisation"] for validator in genesis["validators"])
    stage.say(f"   {len(genesis['organisations'])} members; validators run by {operators}; {stage.nodes[0].url} and up")
    stage.say(f"   {scale.items:,} items on {scale.pallets} pallets, {scale.shops} shops, {len(cast.COUNTRIES)} countries")


def play(stage, scale, seed, end):
    """The whole season; `end` stops the network before the audit. Answers the summary's text."""
    started = time.monotonic()
    season = Season(stage, scale, seed)
    (stage.folder / "files").mkdir()
    chapter(stage, "January: the network is founded", lambda: found(stage, scale))
    for name, act in CHAPTERS:
        season.chapter = name
        chapter(stage, name, lambda: act(season))
    season.chapter = "The chain"
    chapter(stage, "The audit", lambda: reckoning.close(season, end))
    seconds = time.monotonic() - started
    text = reckoning.summary(season, seconds)
    reckoning.write(season, seconds, text)
    return text


def chapter(stage, name, act):
    started = time.monotonic()
    stage.say(f"== {name}")
    act()
    stage.say(f"   ({time.monotonic() - started:.1f} s)")
