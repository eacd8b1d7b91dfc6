#!/usr/bin/env python3
"""A lying proxy stands before a node and alters its answers; verify, history and docs/examples/verify.py are told them.

    tests/network/lie.py [--tries 4000] [--seed N] [--only WORDS] [--program NAME] [--list]

A try is one lie about one item to one program. It is refused; or without effect, when the program says what it says of the
honest answer; or older, when the answer is one that the chain once truly gave, is told with its age, and is refused by who
wants a younger one; or accepted. Exit status: 0 when none was accepted and no program crashed, hung, took too much memory
or printed anything of the node's unclean. `--only`, `--program`: of the tries those at lies whose name has these words, and at
this program; each draws what it draws without this.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import json
import os
import random
import sys
import threading
import time

import harness
import lie_trial
import lies
from fake_node import FakeNode

OUTCOMES = ("refused", "without effect", "older", "accepted", "failed")
SLOW = ("HTTP without end", "slowly, byte by byte", "many small values")  # take seconds each


def names():
    return [*lies.LIES, *lie_trial.ROUTES]


def plan(tries, only="", programs=lie_trial.PROGRAMS, slow_share=1):
    """(number, lie, program), each lie to each program in turn. Of the slow ones, one round in `slow_share`."""
    number = 0
    while True:
        for program in lie_trial.PROGRAMS:
            for name in names():
                if number == tries:
                    return
                turn = number // (len(names()) * len(lie_trial.PROGRAMS))
                number += 1
                if (name not in SLOW or turn % slow_share == 0) and only in name and program in programs:
                    yield number, name, program


class Liar:
    """Tells the planned lies, several at a time, and keeps count."""

    def __init__(self, stage, seed):
        self.stage, self.seed, self.local, self.proxies = stage, seed, threading.local(), []
        self.counts = collections.defaultdict(collections.Counter)  # (lie, program) -> outcomes
        self.fields, self.faults, self.seconds_max, self.memory_kb_max = set(), [], 0.0, 0

    def proxy(self):
        if not hasattr(self.local, "proxy"):
            self.local.proxy = FakeNode().__enter__()
            self.proxies.append(self.local.proxy)
        return self.local.proxy

    def try_one(self, planned):
        number, name, program = planned
        situations = list(lie_trial.SITUATIONS)
        random.Random(f"{self.seed} {number}").shuffle(situations)
        for situation in situations:  # until there is one about which the lie can be told
            trial = lie_trial.Trial(self.stage, name, program, situation, f"{self.seed} {number}")
            if trial.run(self.proxy()).outcome != "idle":
                return trial
        return None

    def tell(self, planned, workers=os.cpu_count(), show=None):
        pool = concurrent.futures.ThreadPoolExecutor(workers)
        try:
            for done, trial in enumerate(pool.map(self.try_one, planned), 1):
                if trial is not None:
                    self.count(trial)
                if show:
                    show(done)
        finally:
            pool.shutdown(cancel_futures=True)
            for proxy in self.proxies:
                proxy.__exit__()
        return self

    def count(self, trial):
        self.counts[trial.name, trial.program][trial.outcome] += 1
        self.fields |= trial.fields - {""}
        self.seconds_max = max(self.seconds_max, trial.said.ended - trial.said.began)
        self.memory_kb_max = max(self.memory_kb_max, trial.said.memory_kb)
        if trial.outcome in ("accepted", "failed"):
            self.faults.append(trial)

    @property
    def tries(self):
        return sum(sum(counter.values()) for counter in self.counts.values())

    def total(self, outcome, program=None):
        return sum(counter[outcome] for (_, one), counter in self.counts.items() if program in (None, one))

    def table(self):
        lines = [f"{'lie':58}{'program':12}{'tries':>6}" + "".join(f"{one:>16}" for one in OUTCOMES)]
        for name in names():
            for program in lie_trial.PROGRAMS:
                counter = self.counts.get((name, program))
                if counter:
                    lines.append(self.row(name, program, counter))
        for program in lie_trial.PROGRAMS:
            lines.append(self.row("all", program, {one: self.total(one, program) for one in OUTCOMES}))
        return "\n".join(lines)

    @staticmethod
    def row(name, program, counter):
        return (f"{name:58}{program:12}{sum(counter.values()):6}"
                + "".join(f"{counter[one] or '-':>16}" for one in OUTCOMES))

    def summary(self):
        return (f"{self.tries} lies of {len({name for name, _ in self.counts})} kinds, {len(self.fields)} places reached: "
                + ", ".join(f"{self.total(one)} {one}" for one in OUTCOMES)
                + f"; at most {self.seconds_max:.1f} s and {self.memory_kb_max // 1000} MB")


def explain(trial):
    """What came of a lie that should not have come of it."""
    said = trial.said
    clean = lambda text: json.dumps(text[:1500])
    return (f"{trial.outcome}: {trial.name}; {trial.program} ({trial.form}), {trial.situation}, state {trial.world}, at "
            f"{', '.join(sorted(trial.fields)) or '-'}: {trial.why}\n  seed: {trial.seed}\n  status {said.status}, stdout "
            f"{clean(said.out)}\n  stderr {clean(said.err)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tries", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--only", default="", help="the lies whose name has these words")
    parser.add_argument("--program", action="append", choices=lie_trial.PROGRAMS)
    parser.add_argument("--list", action="store_true", help="names the lies")
    options = parser.parse_args()
    if options.list:
        print("\n".join(names()))
        return 0
    print(f"seed {options.seed}: {options.tries} tries", flush=True)
    with harness.Devnet(validators=4) as net:
        stage = lie_trial.Stage(net, options.seed)
        stage.play()
        started = time.monotonic()
        liar = Liar(stage, options.seed)
        planned = plan(options.tries, options.only, options.program or lie_trial.PROGRAMS, slow_share=4)
        with contextlib.suppress(KeyboardInterrupt):  # what was tried until then is told all the same
            liar.tell(planned, show=lambda done: done % 500 or print(
                f"{time.monotonic() - started:7.1f} s  {done} tries", flush=True))
    print(liar.table())
    print(liar.summary())
    for trial in liar.faults[:40]:
        print(explain(trial), file=sys.stderr)
    return 1 if liar.faults else 0


if __name__ == "__main__":
    sys.exit(main())
