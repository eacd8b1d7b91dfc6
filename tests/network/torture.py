#!/usr/bin/env python3
"""Validators are killed with SIGKILL at random, again and again, while items are registered and shipped.

    tests/network/torture.py [--seconds 300] [--seed N] [--validators 4]

At most one validator is down at a time (that is what four bear); now and then the same one is killed again while it
starts. Every started one must catch up. At the end all state roots are equal and the chain counts exactly the items that
were acknowledged. The order and the pauses of the kills are drawn from the seed, which is printed.
Exit status: 0 when all of this held and no pause with work pending was longer than two seconds.
"""

import argparse
import random
import sys
import threading
import time

import harness

PAUSE_SECONDS_MAX = 2.0
CATCH_UP_SECONDS_MAX = 30.0
SAMPLE_SECONDS = 0.05


class Monitor(threading.Thread):
    """Samples the nodes, and keeps the longest time in which no block became final though work was pending."""

    def __init__(self, net, load, clock):
        super().__init__(daemon=True)
        self.net, self.load, self.clock = net, load, clock
        self.down = set()  # nodes that are not asked: killed, or catching up
        self.ending = threading.Event()
        self.longest, self.longest_at, self.samples, self.failure = 0.0, 0.0, 0, None

    def run(self):
        try:
            self.watch()
        except Exception as error:  # a thread must not end unheard
            self.failure = repr(error)

    def watch(self):
        best, since, due = -1, None, time.monotonic()
        while not self.ending.wait(max(0.0, due - time.monotonic())):
            due = max(due + SAMPLE_SECONDS, time.monotonic())
            now = time.monotonic()
            live = [node.status() for node in self.net.validators if node.index not in self.down]
            live = [status for status in live if status]
            self.samples += 1
            height = max((status["height"] for status in live), default=best)
            pending = self.load.in_flight > 0 and any(status["pool_transactions"] for status in live)
            if height > best or not pending:
                best, since = max(best, height), None if not pending else now
                continue
            since = now if since is None else since
            if now - since > self.longest:
                self.longest, self.longest_at = now - since, now - self.clock


class Mover(threading.Thread):
    """Ships registered items one by one to the carrier, which receives them."""

    def __init__(self, net, load, choose):
        super().__init__(daemon=True)
        self.net, self.load, self.choose = net, load, choose
        self.ending = threading.Event()
        self.moved, self.failures = [], []

    def run(self):
        place = 0
        while not self.ending.is_set():
            if place >= len(self.load.registered):
                self.ending.wait(0.05)
                continue
            uri = self.load.registered[place]
            place += self.load.batch // 4
            if self.until_settled("ship", uri, "--to", "swift", org="atelier") and \
               self.until_settled("receive", uri, org="swift"):
                self.moved.append(uri)

    def until_settled(self, *arguments, org):
        give_up = time.monotonic() + 60
        while True:
            answer = self.net.cli(*arguments, org=org, nodes=self.choose())
            if answer.status == 0:
                return True
            if answer.status != 3 or time.monotonic() > give_up:
                self.failures.append(str(answer))
                return False


class Torture:
    def __init__(self, net, options):
        self.net, self.options, self.random = net, options, random.Random(options.seed)
        self.clock = time.monotonic()
        self.order = random.Random(options.seed + 1)
        self.lock = threading.Lock()
        self.kills, self.catch_ups, self.failures = 0, [], []

    def choose(self):
        """Fail-over over three of the nodes, in any order, the dead one among them."""
        with self.lock:
            return self.order.sample(self.net.validators, min(3, len(self.net.validators)))

    def run(self):
        load = harness.Load(self.net, choose=self.choose)
        monitor, mover = Monitor(self.net, load, self.clock), Mover(self.net, load, self.choose)
        with load:
            monitor.start()
            mover.start()
            while time.monotonic() - self.clock < self.options.seconds and not self.failures:
                self.kill_one(monitor)
            mover.ending.set()
            mover.join(130)
            load.finish()
            monitor.ending.set()
            monitor.join(30)
        self.failures += load.failures + mover.failures + ([monitor.failure] if monitor.failure else [])
        return self.judge(load, monitor, mover)

    def kill_one(self, monitor):
        victim = self.net.validators[self.random.randrange(len(self.net.validators))]
        up, down, again = self.random.uniform(0.2, 3), self.random.uniform(0, 3), self.random.random() < 0.25
        early = self.random.uniform(0.01, 0.4)
        self.pass_time(up)
        monitor.down.add(victim.index)
        self.kill(victim)
        self.pass_time(down)
        victim.spawn()
        if again:
            self.pass_time(early)
            self.kill(victim)
            victim.spawn()
        self.catch_up(victim)
        monitor.down.discard(victim.index)

    def kill(self, victim):
        victim.kill()
        self.kills += 1
        print(f"{time.monotonic() - self.clock:7.1f} s  killed node{victim.index}", flush=True)

    def pass_time(self, seconds):
        threading.Event().wait(seconds)

    def catch_up(self, victim):
        started = time.monotonic()
        others = [node.status() for node in self.net.validators if node is not victim]
        goal = max((status["height"] for status in others if status), default=0)

        def arrived():
            status = victim.status()
            if status is None:
                return victim.ended()
            return status["height"] >= goal and status["synced"]

        try:
            harness.wait_until(arrived, CATCH_UP_SECONDS_MAX, f"node{victim.index} is at height {goal}")
            self.catch_ups.append(time.monotonic() - started)
        except AssertionError as error:
            self.failures.append(f"{error}; log: {victim.log_tail()}")

    def judge(self, load, monitor, mover):
        try:
            height, root, items = self.net.agreed(seconds=30)
        except AssertionError as error:
            self.failures.append(str(error))
            height, root, items = 0, "-", -1
        if monitor.longest > PAUSE_SECONDS_MAX:
            self.failures.append(f"a pause of {monitor.longest:.2f} s, {monitor.longest_at:.1f} s after the start")
        if items != load.acknowledged:
            self.failures.append(f"{load.acknowledged} items acknowledged, {items} on the chain")
        if load.accepted_twice:
            self.failures.append(f"{load.accepted_twice} items were accepted twice: an acknowledgement was lost")
        self.failures += [f"{uri} is not where it was acknowledged to be" for uri in mover.moved
                          if self.net.nodes[0].rpc.call("item_get", uri=uri)["custodian"] != "swift"]
        catch_ups = sorted(self.catch_ups) or [0.0]
        for name, value in [
                ("seed", self.options.seed), ("kills", self.kills),
                ("longest pause", f"{monitor.longest:.2f} s at {monitor.longest_at:.1f} s ({monitor.samples} samples)"),
                ("longest registration", f"{load.longest:.2f} s of {load.attempts} attempts"),
                ("catch-up p50 / max", f"{catch_ups[len(catch_ups) // 2]:.2f} / {catch_ups[-1]:.2f} s"),
                ("items acknowledged", load.acknowledged), ("items on chain", items),
                ("shipped and received", len(mover.moved)), ("height", height), ("state root, all nodes", root),
                ("result", "FAILED" if self.failures else "passed")]:
            print(f"{name:24}{value}")
        for failure in self.failures[:20]:
            print(f"FAILED: {failure}", file=sys.stderr)
        return 1 if self.failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--validators", type=int, default=4)
    options = parser.parse_args()
    print(f"seed {options.seed}: {options.validators} validators, {options.seconds:g} s", flush=True)
    with harness.Devnet(validators=options.validators) as net:
        sys.exit(Torture(net, options).run())


if __name__ == "__main__":
    main()
