"""Deletes each guard of a room in turn, and requires that a test fails.

The room's sources are copied into build/mutation with every guard behind a switch (guards.py), so that one build holds all
mutants. Each test says which guards it exercised; a mutant is tried by those tests alone, the quickest first, until one
fails. Survivors that are right to survive are in argued.txt, each with its reason; a reason for a guard that is gone, or
that dies, is a fault too. A guard that no test missed is how commonware#2929 came to be.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import time

import guards as guard_finder

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARGUED = ROOT / "tests/mutation/argued.txt"
HEADER = "tests/mutation/mutation.h"

# Room -> folders whose guards are deleted, and the test programs that may notice, the nearest first.
ROOMS = {
    "ledger": (["ledger/identifiers", "ledger/records", "ledger/rules", "ledger/schema"], ["ledger", "identifiers", "rpc"]),
}

Mutant = collections.namedtuple("Mutant", "number file guard")
Outcome = collections.namedtuple("Outcome", "verdict killer")


def sources(folders):
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True,
                            text=True).stdout.split()
    rooms = [path for path in listed if any(path.startswith(folder + "/") for folder in folders)]
    return listed, sorted(path for path in rooms if path.endswith((".cpp", ".h")))


def write_tree(tree, folders):
    """Copies the project into `tree`, with switches in `folders`. Files that are the same are left, for the next build."""
    listed, mutated = sources(folders)
    mutants = []
    for path in listed:
        source = ROOT / path
        if not source.is_file():
            continue
        data = source.read_bytes()
        if path in mutated:
            text = data.decode()
            found = guard_finder.find(text)
            data = guard_finder.rewrite(text, found, len(mutants), HEADER).encode() if found else data
            mutants += [Mutant(len(mutants) + i, path, guard) for i, guard in enumerate(found)]
        target = tree / path
        if target.is_file() and target.read_bytes() == data:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        target.chmod(source.stat().st_mode)
    wanted = set(listed)
    for old in [path for path in tree.rglob("*") if path.is_file()]:
        if str(old.relative_to(tree)) not in wanted:
            old.unlink()
    return mutants


def build(tree, folder, programs, jobs):
    environment = {**os.environ, "CCACHE_BASEDIR": str(tree), "CCACHE_NOHASHDIR": "1", "CCACHE_SLOPPINESS": "pch_defines,time_macros"}
    if not (folder / "build.ninja").is_file():
        # -w: a switch around a guard warns of parentheses and of values that are constant.
        subprocess.run(["cmake", "-G", "Ninja", "-S", tree, "-B", folder, "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
                        "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -w"], check=True, stdout=subprocess.DEVNULL, env=environment)
    subprocess.run(["cmake", "--build", folder, f"-j{jobs}", "--target", *[f"test_{name}" for name in programs]],
                   check=True, env=environment)


class Program:
    """One test program of the mutated tree: its tests, how long each takes, and the guards that each exercises."""

    def __init__(self, name, folder, tree, scratch, seed):
        self.name, self.tree, self.scratch = name, tree, scratch
        self.path = folder / f"tests/{name}/test_{name}"
        self.environment = {**os.environ, "TOUCHSTONE_SEED": str(seed), "TOUCHSTONE_SEEDS": "20", "TOUCHSTONE_SIM_SEEDS": "5"}
        self.tests = {}  # name -> (seconds, guards)

    def run(self, names, seconds, **environment):
        """Whether the tests `names` pass. None: they did not end in time."""
        # Catch2 reads a comma as «or», and a bracket as a tag.
        chosen = ",".join(re.sub(r"([\\,\[\]\"])", r"\\\1", name) for name in names)
        try:
            ran = subprocess.run([self.path, "-a", "-w", "NoTests", chosen], cwd=self.tree, timeout=seconds, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, env={**self.environment, **environment})
            return ran.returncode == 0
        except subprocess.TimeoutExpired:
            return None

    def learn(self, jobs, mutants):
        """Runs every test by itself, for its time and its guards; kept until the program or the tests change."""
        stamp = self.path.stat()
        known = self.scratch / f"{self.name}.json"
        key = [stamp.st_mtime_ns, stamp.st_size, mutants]
        if known.is_file():
            kept = json.loads(known.read_text())
            if kept["of"] == key:
                self.tests = {name: (seconds, set(seen)) for name, (seconds, seen) in kept["tests"].items()}
                return
        listed = subprocess.run([self.path, "--list-test-names-only"], cwd=self.tree, capture_output=True, text=True).stdout
        names = [name for name in listed.split("\n") if name]

        def one(indexed):
            index, name = indexed
            seen_file = self.scratch / f"{self.name}-seen-{index}"
            seen_file.unlink(missing_ok=True)
            started = time.monotonic()
            passed = self.run([name], 600, TOUCHSTONE_GUARDS_SEEN=str(seen_file))
            if passed is not True:
                sys.exit(f"test_{self.name} «{name}» fails with no guard deleted")
            seen = [int(line) for line in seen_file.read_text().split()] if seen_file.is_file() else []
            seen_file.unlink(missing_ok=True)
            return name, (time.monotonic() - started, seen)

        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            learnt = dict(pool.map(one, enumerate(names)))
        known.write_text(json.dumps({"of": key, "tests": learnt}))
        self.tests = {name: (seconds, set(seen)) for name, (seconds, seen) in learnt.items()}

    def kills(self, number):
        """The verdict of this program on one mutant, or None when no test of it exercises the guard."""
        concerned = sorted((seconds, name) for name, (seconds, seen) in self.tests.items() if number in seen)
        if not concerned:
            return None
        # Quick ones together, in one process; a process for each slow one.
        batches, batch, budget = [], [], 0.0
        for seconds, name in concerned:
            if batch and (budget + seconds > 2.0 or len(batch) >= 40):
                batches.append((batch, budget))
                batch, budget = [], 0.0
            batch.append(name)
            budget += seconds
        batches.append((batch, budget))
        for names, expected in batches:
            passed = self.run(names, 20 + 10 * expected, TOUCHSTONE_MUTANT=str(number))
            if passed is not True:
                return Outcome("killed" if passed is False else "killed (does not end)", f"test_{self.name}")
        return Outcome("survives", f"{len(concerned)} tests of test_{self.name} exercise it")


def judge(mutant, programs):
    exercised = []
    for program in programs:
        outcome = program.kills(mutant.number)
        if outcome and outcome.verdict != "survives":
            return outcome
        if outcome:
            exercised.append(outcome.killer)
    return Outcome("survives", ", ".join(exercised)) if exercised else Outcome("survives", "no test exercises it")


def read_argued():
    """(file, kind, guard) -> reason, from lines of `file | kind | guard | reason`."""
    argued = {}
    if ARGUED.is_file():
        for line in ARGUED.read_text().splitlines():
            if line.strip() and not line.startswith("#"):
                file, kind, rest = line.split(" | ", 2)
                text, reason = rest.rsplit(" | ", 1)
                argued[(file, kind, text)] = reason
    return argued


def main():
    parser = argparse.ArgumentParser(prog="tools/mutate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="example: tools/mutate ledger --only ledger/rules/custody.cpp")
    parser.add_argument("room", choices=sorted(ROOMS))
    parser.add_argument("--only", default="", help="mutants of files whose path contains this")
    parser.add_argument("--sample", type=int, metavar="N", help="N mutants, drawn by --seed: the short form")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--number", type=int, help="one mutant alone, by its number in this tree")
    options = parser.parse_args()

    folders, names = ROOMS[options.room]
    place = ROOT / "build/mutation" / options.room
    scratch = place / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    mutants = write_tree(place / "tree", folders)
    print(f"{len(mutants)} guards in {', '.join(folders)}; building {', '.join(f'test_{name}' for name in names)}", flush=True)
    build(place / "tree", place / "build", names, options.jobs)
    programs = [Program(name, place / "build", place / "tree", scratch, options.seed) for name in names]
    for program in programs:
        program.learn(options.jobs, len(mutants))
        print(f"test_{program.name}: {len(program.tests)} tests, {sum(s for s, _ in program.tests.values()):.0f} s", flush=True)

    chosen = [mutant for mutant in mutants if options.only in mutant.file and options.number in (None, mutant.number)]
    if options.sample and options.sample < len(chosen):
        chosen = sorted(random.Random(options.seed).sample(chosen, options.sample))
        print(f"{len(chosen)} of them, drawn with --seed {options.seed}")
    argued, used, counts, survivors = read_argued(), set(), collections.Counter(), []
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for done, (mutant, outcome) in enumerate(zip(chosen, pool.map(lambda one: judge(one, programs), chosen)), 1):
            folder, guard = os.path.dirname(mutant.file), mutant.guard
            key = (mutant.file, guard.kind, guard.text)
            if outcome.verdict.startswith("killed"):
                counts[folder, "killed"] += 1
            elif key in argued:
                used.add(key)
                counts[folder, "argued"] += 1
            else:
                counts[folder, "survivors"] += 1
                survivors.append((mutant, outcome))
                print(f"SURVIVES  {mutant.file}:{guard.line}: {guard.kind} | {guard.text}   (mutant {mutant.number}; {outcome.killer})", flush=True)
            if done % 100 == 0:
                print(f"{done} of {len(chosen)}, {len(survivors)} survive, {time.monotonic() - started:.0f} s", flush=True)

    print(f"\n{'room':<22}{'mutants':>9}{'killed':>9}{'argued':>9}{'survivors':>11}")
    for folder in sorted({folder for folder, _ in counts}):
        row = [counts[folder, what] for what in ("killed", "argued", "survivors")]
        print(f"{folder:<22}{sum(row):>9}{row[0]:>9}{row[1]:>9}{row[2]:>11}")
    whole = not options.only and not options.sample and options.number is None
    stale = [key for key in argued if key not in used and any(key[0].startswith(folder + "/") for folder in folders)] if whole else []
    for key in stale:
        print(f"argued.txt: {' | '.join(key)}: this guard is gone or dies now. Remedy: take the line out")
    print(f"{time.monotonic() - started:.0f} s for {len(chosen)} mutants")
    return 1 if survivors or stale else 0


if __name__ == "__main__":
    sys.exit(main())
