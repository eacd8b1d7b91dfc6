"""A key is revoked; the council votes a validator in and another one out, and nobody stops working for it."""

from season.load import Load
from season.stage import Actor

# More than two thirds of the four seats.
COUNCIL = ("helios", "atlas", "agora")


def stolen_key(season):
    """A carrier's machine has a key of its own. It is stolen with the laptop, and signs nothing more."""
    stage, carrier = season.stage, season.stage["pelican"]
    path = str(stage.folder / "files" / "line-7.key")
    made = stage.program("keys", "new", path)
    stage.expect("exit status of keys new", made.status, 0, made)
    carrier.run("keys", "add", path)
    machine = Actor(stage, "pelican", path)
    item = next(item for item in season.items if (item.state, item.custodian) == ("destroyed", "pelican"))
    machine.does("flag", item.uri, "--flag", "suspect", "--reason", "counted again", count=1)
    carrier.run("keys", "revoke", path, "--reason", "laptop stolen")
    machine.refused_items("revoked_key", "clear-flag", item.uri, "--flag", "suspect", count=1)
    carrier.does("clear-flag", item.uri, "--flag", "suspect", "--reason", "counted again", count=1)
    carrier.refused("last_admin_key", "keys", "revoke", str(carrier.key))
    season.say("one key revoked; what it signed before stands")
    season.row("keys revoked", 1, "signs nothing more: revoked_key")


def validators(season):
    """customs' node gets a vote and northline's loses its own, while members register without pause."""
    stage, node = season.stage, season.stage.nodes[-1]
    with Load(season, "VOTE") as load:
        decide(season, "add-validator", public_key(stage, node), "--of", node.operator, "--name", node.name)
        stage.wait_until(lambda: node.status()["validator"], f"{node.name} is a validator", seconds=60)
        stage.expect("validators after the one vote", names(stage), {one.name for one in stage.nodes})
        gone = stage.nodes[3]
        decide(season, "remove-validator", public_key(stage, gone))
        stage.wait_until(lambda: not gone.status()["validator"], f"{gone.name} is a validator no more")
        before = load.batches
        stage.wait_until(lambda: load.batches > before + 4, "the load goes on")
    stage.agreed()
    stage.expect("validators after the other", names(stage), {one.name for one in stage.nodes if one is not gone})
    gap = load.longest_gap_ms()
    season.remember("piece made while validators changed", load.lot.items[-1], "genuine", [])
    season.say(f"{node.name} of {node.operator} voted in, {gone.name} of {gone.operator} voted out; meanwhile "
               f"{len(load.lot.items):,} items registered, at most {gap} ms between two blocks")
    season.row("validators voted in and out", 2, f"{node.name} ({node.operator}) in, {gone.name} ({gone.operator}) out")
    season.row("items registered while they changed", len(load.lot.items), f"longest time between two blocks {gap} ms")


def decide(season, what, *arguments):
    """The brand proposes, and as many vote as it takes."""
    stage = season.stage
    proposer, *others = COUNCIL
    proposal = stage[proposer].run("propose", what, *arguments)["proposal"]
    stage["northline"].refused("not_council", "vote", str(proposal["number"]))
    for place, member in enumerate(others):
        voted = stage[member].run("vote", str(proposal["number"]))["proposal"]
        last = place == len(others) - 1
        stage.expect(f"state of the proposal to {what}", voted["state"], "passed" if last else "open", voted)


def names(stage):
    return {one["name"] for one in stage["customs"].ask("chain_validators")["validators"]}


def public_key(stage, node):
    shown = stage.program("keys", "show", str(node.home / "node.key"))
    stage.expect("exit status of keys show", shown.status, 0, shown)
    return shown.json["public_key"]
