"""One lie told to one program about one item, and what the program made of it."""

import base64
import concurrent.futures
import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

import forgery
import harness
import lies
import record_lies  # noqa: F401 they enter their lies in the list
import shape_lies  # noqa: F401
import signed_lies  # noqa: F401
from fake_node import FakeNode
from lie_goods import SITUATIONS, Goods
from scene import Scene, World

PROGRAMS = ("verify", "history", "verify.py")
VERIFY_PY = harness.PROJECT / "docs/examples/verify.py"
SECONDS_MAX = 30
MEMORY_KB_MAX = 500_000
OUTPUT_MAX = 65_536
AGE = re.compile(r"^.*the answer is (\d+) (second|minute|hour|day)s old\n", re.M)
# Controls but the newline, C1, directions and line separators: what may not reach a terminal.
UNCLEAN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069\ufeff\ufffe\udc80-\udcff]")
CLAIMS = {"verify": (0, 5), "history": (0, 5), "verify.py": (0,)}  # exit statuses of what is said to be proven
# Where another answer of the node begins to speak: a serial that looks like it; the history.
SECTION = {"verify": r"^(?=  registered is|  nothing that looks)", "history": r"\Z", "verify.py": r"^(?=block )"}


class Said:
    """What a program said, and at what cost."""

    def __init__(self, program, status, out, err, memory_kb, began, ended):
        self.program, self.status, self.out, self.err, self.memory_kb = program, status, out, err, memory_kb
        self.began, self.ended = began, ended

    @property
    def is_claim(self):
        """Says something as proven, rather than that it could not be."""
        return self.status in CLAIMS[self.program]

    @property
    def words(self):
        """All but the age, which the reader's clock tells; what rests on different answers of the node apart."""
        if self.out.startswith("{"):
            told = json.loads(self.out)
            told.pop("age_s", None)
            told.pop("nodes", None)  # which addresses were asked
            near = told.pop("near", None)
            return [(self.status, self.err, told), *([near] if near is not None else [])]
        first, *more = [part for part in re.split(SECTION[self.program], AGE.sub("", self.out), flags=re.M) if part] or [""]
        return [(self.status, self.err, first), *more]

    def fault(self):
        """What no answer whatever may bring a program to."""
        both = self.out + self.err
        if self.status < 0:
            return f"ended by signal {-self.status} after {self.ended - self.began:.0f} s"
        if "Traceback" in both or "json.exception" in both:
            return "an exception came out"
        if "Sanitizer" in self.err or "runtime error" in self.err:
            return "a sanitizer found a fault"
        if self.memory_kb > MEMORY_KB_MAX * harness.PATIENCE:
            return f"took {self.memory_kb // 1000} MB"
        if len(both) > OUTPUT_MAX:
            return f"printed {len(both)} characters"
        if UNCLEAN.search(both):
            return f"printed {UNCLEAN.search(both).group()!r} of the node's"
        if re.search(f"^{lies.MARK}", both, re.M):
            return "printed a line of the node's as its own"
        return None


def run(program, command, environment):
    """Runs it to its end, or for SECONDS_MAX."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.time()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment)
        # By its id: process.kill would take away the status that is waited for below.
        timer = threading.Timer(SECONDS_MAX * harness.PATIENCE, os.kill, (process.pid, signal.SIGKILL))
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        ended = time.time()
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="surrogateescape"))
    return Said(program, process.returncode, *texts, usage.ru_maxrss, began, ended)


class Stage:
    """A network with the goods on it, its states recorded, and the programs that are lied to."""

    def __init__(self, net, seed):
        self.net, self.goods, self.lock = net, Goods(net), threading.Lock()
        self.scene = Scene(net.nodes[0].rpc_port, [forgery.Key(f"{seed} {number}") for number in range(4)])

    def play(self):
        """The life of the goods; after each step every program asks for everything."""
        for name, step in (("start", None), ("made", self.goods.make), ("moved", self.goods.move),
                           ("judged", self.goods.judge)):
            if step:
                step()
            self.record(World(name))

    def record(self, world):
        def ask(what):
            program, situation = what
            calls = []
            with FakeNode() as proxy:
                proxy.respond = lambda request: self.remember(world, request, calls)
                said = self.tell(proxy, program, situation, "text")
            assert proxy.failure is None, proxy.failure
            return what, calls, said

        self.scene.worlds[world.name] = world
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for what, calls, said in pool.map(ask, itertools.product(PROGRAMS, SITUATIONS)):
                world.calls[what], world.honest[(*what, "text")] = calls, said

    def remember(self, world, request, calls):
        question = (request["method"], json.dumps(request["params"], sort_keys=True))
        calls.append(question)
        if question not in world.answers:
            world.answers[question] = self.scene.forward(question)
        return json.dumps(dict(world.answers[question], id=request["id"])).encode()

    def honest(self, world, program, situation, form):
        """What the program says of the answers of that state, as they were recorded."""
        world, what = self.scene.worlds[world], (program, situation, form)
        if what not in world.honest:
            with FakeNode() as proxy:
                proxy.respond = lambda request: self.remember(world, request, [])
                world.honest[what] = self.tell(proxy, *what)
        return world.honest[what]

    @staticmethod
    def forms(program):
        return ("text",) if program == "verify.py" else ("text", "json")

    def tell(self, proxy, program, situation, form, max_age=None):
        """Runs a program against the proxy."""
        serial, asked = SITUATIONS[situation]
        genesis = str(self.net.dir / "genesis.json")
        if program == "verify.py":
            words = [f"{name}={value}" for name, value in asked.items()] + ([f"max_age={max_age}"] if max_age else [])
            command = [sys.executable, "-B", str(VERIFY_PY), genesis, proxy.url, self.goods.gtin, serial, *words]
        else:
            flags = [word for name, value in asked.items() for word in (f"--{name}", value)] if program == "verify" else []
            flags += ["--max-age", str(max_age)] if max_age else []
            json_flag = ["--json"] if form == "json" else []
            command = [str(harness.BINARY), *json_flag, "--rpc", proxy.url, program, self.goods.uri(serial), *flags]
        return run(program, command, self.net.environment)


# -- lies that alter no answer, but give that of another state or item

def whole_state(draw, scene, calls):
    world = draw.choice([name for name in scene.worlds if name != scene.last])
    return lambda method, nth: (world, None)


def mixed_states(draw, scene, calls):
    worlds = {method: draw.choice(list(scene.worlds)) for method in lies.ANY}
    return lambda method, nth: (worlds[method], None)


def mixed_calls(draw, scene, calls):
    worlds = [draw.choice(list(scene.worlds)) for _ in range(40)]
    return lambda method, nth: (worlds[nth % len(worlds)], None)


def boxes_of_another_state(draw, scene, calls):
    """The item as it was, the containers as they were at another time."""
    item, boxes = draw.sample(["moved", "judged"], 2)
    worlds = {lies.BOXES: boxes, lies.EPOCHS: scene.last}
    return lambda method, nth: (worlds.get(method, item) if lies.BOXES in dict(calls) else scene.last, None)


def alike_of_another_state(draw, scene, calls):
    """What was asked as it was, what looks like it as it was at another time."""
    asked, alike = draw.sample(["made", "moved", "judged"], 2)
    is_more = [method for method, _ in calls].count(lies.VERIFY) > 1
    return lambda method, nth: ((asked if nth == 0 else alike) if is_more and method == lies.VERIFY else scene.last, None)


def another_item(draw, scene, calls):
    other = draw.choice(list(SITUATIONS))
    return lambda method, nth: (scene.last, other)


def one_answer_of_another(draw, scene, calls):
    other, target = draw.choice(list(SITUATIONS)), draw.choice(sorted({method for method, _ in calls}))
    return lambda method, nth: (scene.last, other if method == target else None)


def other_methods_answer(draw, scene, calls):
    """The true answer to another question about the same item."""
    methods = [method for method in lies.ANY if method in {one for one, _ in calls}]
    target, given = draw.choice(methods), draw.choice(methods)
    return lambda method, nth: (scene.last, (given,) if method == target else None)


ROUTES = {"all of an older state": whole_state, "each method of another state": mixed_states,
          "each call of another state": mixed_calls, "containers of another state": boxes_of_another_state,
          "what looks alike of another state": alike_of_another_state, "all of another item": another_item,
          "one answer of another item": one_answer_of_another, "the answer to another question": other_methods_answer}
OLD_STATES = [name for name in ROUTES if name.endswith("state")]


class Trial:
    """One try. `outcome`: refused, without effect, older, accepted, failed, or idle: there was nothing to alter."""

    def __init__(self, stage, name, program, situation, seed):
        self.stage, self.scene, self.name, self.program, self.situation = stage, stage.scene, name, program, situation
        self.seed = f"{seed} {name} {program} {situation}"
        draw = random.Random(self.seed)
        self.form = draw.choice(stage.forms(program))
        self.world = self.scene.last if name in ROUTES or draw.random() < 0.8 else draw.choice(["made", "moved"])
        self.calls = self.scene.worlds[self.world].calls[program, situation]
        self.nth, self.altered, self.fields, self.outcome, self.why = {}, 0, set(), "idle", ""
        self.route = ROUTES[name](draw, self.scene, self.calls) if name in ROUTES else None
        self.target = None if name in ROUTES else self.choose_target(draw)

    def choose_target(self, draw):
        on = [method for method in lies.LIES[self.name].on if method in {method for method, _ in self.calls}]
        return draw.choice(on) if on else None

    def run(self, proxy):
        if self.route is None and self.target is None:
            return self
        proxy.respond, proxy.failure = self.respond, None
        said = self.stage.tell(proxy, self.program, self.situation, self.form)
        if proxy.failure is not None:
            raise proxy.failure
        if self.altered:
            self.judge(said, proxy)
        self.said = said
        return self

    def respond(self, request):
        method, question = request["method"], (request["method"], json.dumps(request["params"], sort_keys=True))
        nth = self.nth[method] = self.nth.get(method, -1) + 1
        answer = dict(self.answer_to(method, question, nth), id=request["id"])
        is_lied_to = self.route is None and (method == self.target or lies.LIES[self.name].everywhere)
        altered = self.lie_about(request, answer) if is_lied_to and "result" in answer else None
        if altered is None:
            return json.dumps(answer).encode()
        self.altered += 1
        return altered

    def answer_to(self, method, question, nth):
        honest = self.scene.ask(self.world, question)
        if self.route is None:
            return honest
        world, other = self.route(method, nth)
        answer = self.scene.ask(world, question)
        if isinstance(other, tuple):
            asked = [one for one in self.calls if one[0] == other[0]]
            answer = self.scene.ask(world, asked[min(nth, len(asked) - 1)])
        elif other:
            asked = [one for one in self.scene.worlds[world].calls[self.program, other] if one[0] == method]
            answer = self.scene.ask(world, asked[min(nth, len(asked) - 1)]) if asked else answer
        self.altered += answer != honest
        return answer

    def lie_about(self, request, answer):
        # The same lie for the same question: a reader who asks again is not told the truth by chance.
        draw = random.Random(f"{self.seed} {request['method']} {json.dumps(request['params'], sort_keys=True)}")
        told = lies.Told(draw, request["method"], request["params"], answer, self.scene, self.world)
        made = lies.LIES[self.name].make(told)
        if made is None or made == answer:
            return None
        self.fields.add(told.where)
        return made if isinstance(made, bytes) or callable(made) else told.body(made)

    def judge(self, said, proxy):
        honest = self.honest(self.world)
        self.why = said.fault() or ""
        if self.why:
            self.outcome = "failed"
        elif not said.is_claim:
            self.outcome = "refused"
        elif said.words == honest.words:
            self.outcome = "without effect"
        elif self.name in OLD_STATES and (worlds := self.worlds_of(said)):
            self.outcome = self.judge_older(said, proxy, worlds[0])
        else:
            self.outcome, self.why = "accepted", "says what no honest node says"

    def honest(self, world):
        return self.stage.honest(world, self.program, self.situation, self.form)

    def worlds_of(self, said):
        """Which states the parts of it are truly of; None: one is of none, or is older than what stands before it."""
        names, found, parts = list(self.scene.worlds), [], said.words
        for place, part in enumerate(parts):
            able = [name for name in names if part in self.honest(name).words[place:place + 1]]
            # The age is that of the first; what looks alike may be younger, and says no age.
            if self.program == "verify":
                able = [name for name in able if not found or names.index(name) >= names.index(found[-1])]
            if not able:
                return None
            found.append(able[-1])
        return found

    def judge_older(self, said, proxy, world):
        """A state that was once true: its age must be told rightly, and refused by who wants a younger one."""
        if self.program == "history":
            return "older"  # which prints the block and its time, as was compared
        least, most = self.age_of(said)
        made_at = self.block_time(world)
        if most < said.began - made_at - 1 or least > said.ended - made_at + 1:
            self.why = f"says that an answer of {made_at} is {least} s old"
            return "accepted"
        self.nth = {}
        again = self.stage.tell(proxy, self.program, self.situation, self.form, max_age=max(1, int(said.began - made_at) - 1))
        if again.is_claim:
            self.why = "is not refused for its age"
            return "accepted"
        return "older"

    @staticmethod
    def age_of(said):
        """The least and the most seconds that the printed age may mean."""
        if said.out.startswith("{"):
            return (json.loads(said.out)["age_s"],) * 2
        count, unit = AGE.findall(said.out)[0]
        seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}[unit]
        return int(count) * seconds, (int(count) + 1) * seconds

    def block_time(self, world):
        """Of the header that this state was answered under, as the node has it."""
        asked = next(one for one in self.calls if one[0] == lies.VERIFY)
        header = base64.b64decode(self.scene.ask(world, asked)["result"]["header"])
        return int.from_bytes(forgery.field(header, "time"), "big") / 1000
