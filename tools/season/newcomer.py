"""A new node joins while members go on working, as docs/operations.md says: allowed by each validator, then started."""

import json
import re

from season.load import Load
from season.stage import Node


def newcomer(season):
    """customs runs a node of its own. Four validators restart one by one for it, and nothing waits for them."""
    stage = season.stage
    with Load(season, "RUSH") as load:
        path = stage.folder / "files" / "node.key"
        made = stage.program("keys", "new", str(path))
        stage.expect("exit status of keys new", made.status, 0, made)
        for validator in stage.nodes:
            allow(stage, validator, made.json["public_key"])
        before = load.batches
        node = make_home(stage, "customs", path)
        start(stage)
        stage.nodes.append(node)
        stage.wait_until(lambda: node.status()["synced"] and node.status()["height"] >= stage.height,
                         f"{node.name} has all blocks", seconds=120)
        stage.wait_until(lambda: load.batches > before + 4, "the load goes on")
    stage.agreed()
    stage.expect("whether the new node has a vote", node.status()["validator"], False)
    stage.anybody.expect_verdict(load.lot.items[0].uri, "genuine", [], nodes=[node])
    gap = load.longest_gap_ms()
    season.remember("piece made while nodes restarted", load.lot.items[-1], "genuine", [])
    season.say(f"{len(load.lot.items):,} items registered meanwhile; the longest time between two blocks: {gap} ms")
    season.row("items registered while it joined", len(load.lot.items), "none lost, none doubled")
    season.row("validators restarted for it, one by one", 4, f"longest time between two blocks {gap} ms")


def make_home(stage, operator, key):
    """The folder of the next node, made by `touchstone init` around its key."""
    node = Node(stage, len(stage.nodes), operator)
    validators = json.loads((stage.net / "genesis.json").read_text())["validators"]
    peers = ",".join(f"{validator['key']}@127.0.0.1:{stage.port - 1000 + index}"
                     for index, validator in enumerate(validators))
    made = stage.program("init", "--home", str(node.home), "--genesis", str(stage.net / "genesis.json"),
                         "--node-key", str(key), "--p2p.peers", peers,
                         "--p2p.listen", f"127.0.0.1:{stage.port - 1000 + node.index}",
                         "--rpc.listen", f"127.0.0.1:{stage.port + node.index}",
                         "--admin.listen", f"127.0.0.1:{node.admin_port}",
                         "--storage.cache_mb", "64", "--node.passphrase_file", str(stage.net / "passphrase"))
    stage.expect("exit status of init", made.status, 0, made)
    return node


def allow(stage, node, key):
    """Puts the key among those that may connect to this node, and restarts it."""
    path = node.home / "config.toml"
    config, places = re.subn(r"^#?allow = \[.*\]$", f'allow = ["{key}"]', path.read_text(), flags=re.M)
    stage.expect("places in config.toml for the key", places, 1)
    path.write_text(config)
    node.stop(stage)
    start(stage)


def start(stage):
    """Every node of the folder that does not run."""
    started = stage.program("devnet", "--dir", str(stage.net), "--detach")
    stage.expect("exit status of devnet", started.status, 0, started)
