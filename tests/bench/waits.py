"""The time from ready to result, within Mindee's budget of 1200 questions and fetches per minute.

All sets of waits run at once and in real time, each with a client and a sandbox of its own: a set
sends 20 requests a second at most, so that they hardly disturb each other.
"""

import math
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from statistics import mean

from ground import Sandbox, finished, median, percentile, reach, table
from limits import least_delay, least_questions

BUDGET = 1200
# First question and interval in seconds; the official clients' own, and their shortest.
SCHEDULES = {"learned": "learned", "fixed 1.5 s": "2,1.5", "fixed 1 s": "1,1"}
# A document takes one question and one fetch at least.
LEAST = 2
WARM = 32
# Few in flight are a flow: they begin over so many seconds, and not all at the same moment.
SPREAD = 6


def short(dice):
    return 1.0


def mixed(dice):
    return dice.lognormvariate(math.log(5), 0.6)


def steady(dice):
    return dice.uniform(7.2, 8.8)


def long(dice):
    return dice.uniform(54, 66)


KINDS = {"5 s, log-normal": mixed, "8 s +- 10 %": steady}


def measure(ground):
    many = thousand(ground)
    # Their uploads are a burst, which the few would feel.
    time.sleep(3 if ground.quick else 12)
    few = one_by_one(ground)
    # The keys of both differ in length.
    done = ended(few | many)
    show_few({key: done[key] for key in few})
    show_many({key: done[key] for key in many}, ground)


class Set:
    """One client with its documents."""

    def __init__(self, ground, schedule, times, slots, each, warm, spread):
        dice = random.Random(7)
        count = warm + slots * each
        # Uploads are not what is measured; questions are limited as Mindee limits them.
        self.sandbox = Sandbox("--rate-limits", f"1000000,{BUDGET}")
        self.sandbox.rules(
            [
                {
                    "on": "enqueue",
                    "times": 1,
                    "job": {"processing_ms": round(times(dice) * 1000)},
                }
                for _ in range(count)
            ]
        )
        document = ground.document(1000)
        task = ("waits", warm, slots, each, spread, SCHEDULES[schedule], document)
        self.worker = ground.start("rust-ours", self.sandbox, *task, self.sandbox.model)

    def end(self):
        """Waits for the last result, and counts."""
        told = finished("rust-ours", self.worker)
        with self.sandbox as sandbox:
            # First, since to ask for the ready moments is seen as well.
            requests = sandbox.seen()["requests"]
            ids = [id for id, _ in told["documents"]]
            ready = ready_moments(sandbox, ids)
        self.errors = told["errors"]
        self.refused = sum(one["status"] == 429 for one in requests)
        asked = {f"/v2/jobs/{id}" for id in ids}
        self.polls = sum(one["path"] in asked for one in requests) / max(1, len(ids))
        self.ready = sorted(ready[id] for id in ids)
        self.delays = [at - ready[id] for id, at in told["documents"]]
        return self

    def best(self, documents, window):
        """The delays of a client that asks for each job once, the moment it is ready, and gets so
        many documents through in any window of so many seconds."""
        served, delays = [], []
        for at in self.ready:
            free = served[-documents] + window if len(served) >= documents else at
            at_best = max(at, free)
            served.append(at_best)
            delays.append(at_best - at)
        return delays


def ready_moments(sandbox, ids):
    """When the server finished each job, by the machine's own clock, which the worker reads too."""
    ready = {}
    for number, id in enumerate(ids):
        if number % BUDGET == 0:
            # To ask is limited too; by the sandbox's clock a new minute begins.
            sandbox.admin("POST", "/clock", {"advance_seconds": 90})
        ready[id] = moment(sandbox.job(id)["completed_at"])
    return ready


def moment(text):
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC).timestamp()


def ended(sets):
    with ThreadPoolExecutor(len(sets)) as pool:
        return dict(zip(sets, pool.map(Set.end, sets.values()), strict=True))


def one_by_one(ground):
    """A few in flight, each slot one document after another."""
    slots = {5: 3} if ground.quick else {1: 24, 5: 10, 20: 8}
    return {
        (kind, count, schedule): Set(ground, schedule, times, count, each, WARM, SPREAD)
        for kind, times in KINDS.items()
        for count, each in slots.items()
        for schedule in SCHEDULES
    }


def show_few(done):
    rows = []
    dice = random.Random(7)
    samples = {kind: [times(dice) for _ in range(4000)] for kind, times in KINDS.items()}
    for (kind, count, schedule), one in done.items():
        fixed = done[kind, count, "fixed 1.5 s"]
        own = median(one.delays)
        learned = schedule == "learned"
        rows.append(
            [
                f"{kind}, {count} in flight, {schedule}",
                len(one.delays),
                f"{own * 1000:.0f}",
                f"{percentile(one.delays, 0.95) * 1000:.0f}",
                f"{own / median(fixed.delays):.2f}",
                f"{mean(one.delays) * 1000:.0f}",
                f"{least_delay(samples[kind], one.polls) * 1000:.0f}",
                f"{one.polls:.2f}",
                f"{one.polls / fixed.polls:.2f}",
                f"{least_questions(samples[kind], 0.150):.1f}",
                one.refused,
                reach(own, 0.150, "150 ms") if learned else "",
                reach(one.polls, fixed.polls * 1.0001, "1.00") if learned else "",
            ]
        )
    table(
        "From ready to result, few in flight, the model's times known, milliseconds",
        [
            "jobs",
            "documents",
            "median",
            "p95",
            "ratio to 1.5 s",
            "mean",
            "limit of mean",
            "polls each",
            "ratio to 1.5 s",
            "least for 150 ms",
            "429",
            "reach",
            "reach of polls",
        ],
        rows,
        [
            f"{WARM} documents before, for the client to learn from. Fixed 1.5 s: first after 2 s.",
            "Limit of mean: the least that any schedule with as many polls can give, where the",
            "distribution is known exactly. Least for 150 ms: the polls of any schedule for such a",
            "median.",
            f"Those in flight began over {SPREAD} s; each is followed by the next at its end.",
            f"Real time; every set has its own client, sandbox and budget of {BUDGET} a minute.",
        ],
    )


def thousand(ground):
    """A thousand at once: the budget is what limits."""
    count = 200 if ground.quick else 1000
    kinds = {"1 s": short, "5 s, log-normal": mixed, "60 s +- 10 %": long}
    if ground.quick:
        kinds.pop("60 s +- 10 %")
    return {
        (kind, schedule): Set(ground, schedule, times, count, 1, 0, 0)
        for kind, times in kinds.items()
        for schedule in SCHEDULES
    }


def show_many(done, ground):
    count = 200 if ground.quick else 1000
    rows = []
    for (kind, schedule), one in done.items():
        fixed = done[kind, "fixed 1.5 s"]
        bursts = one.best(BUDGET // LEAST, 60)
        even = one.best(1, LEAST * 60 / BUDGET)
        rows.append(
            [
                f"{kind}, {schedule}",
                f"{median(one.delays):.1f}",
                f"{percentile(one.delays, 0.95):.1f}",
                f"{median(one.delays) / median(fixed.delays):.2f}",
                f"{median(even):.1f}",
                f"{percentile(even, 0.95):.1f}",
                f"{median(bursts):.1f}",
                f"{percentile(bursts, 0.95):.1f}",
                f"{one.polls:.2f}",
                one.errors,
                one.refused,
                "0: met" if one.refused == 0 else "0: missed",
            ]
        )
    table(
        f"From ready to result, {count:,} waits at once, {BUDGET} questions per minute, seconds",
        [
            "jobs",
            "median",
            "p95",
            "ratio to 1.5 s",
            "even, median",
            "even, p95",
            "limit, median",
            "limit, p95",
            "polls each",
            "errors",
            "429",
            "reach of 429",
        ],
        rows,
        [
            "The limit: each job asked for once, the moment it is ready, and fetched, the budget",
            "of a minute spent at once if need be. Even: the same with the budget spread evenly,",
            f"{BUDGET / LEAST / 60:.0f} documents a second, so that {count:,} take"
            f" {count * LEAST * 60 / BUDGET:.0f} s. The fixed schedules are ours and keep",
            "the budget too. Nothing is known of the model at the start. Real time.",
        ],
    )
