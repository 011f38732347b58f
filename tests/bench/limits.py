"""What no schedule of questions can do better, the distribution of processing times known exactly.

A schedule is a list of ages at which a job is asked for. Both limits are found by dynamic
programming over a fine grid of ages, for a price of a question that is then moved until the number
of questions is the wanted one.
"""

from bisect import bisect_right
from itertools import pairwise

STEP = 0.05
# A question of the far tail costs little and changes nothing: the grid ends where all are ready.
LONGEST = 30.0


def least_delay(times, questions):
    """The least mean delay from ready to asked that so many questions for each job can give."""
    known = Known(times)
    low, high = 1e-4, 10.0
    for _ in range(24):
        price = (low * high) ** 0.5
        few = known.questions(known.schedule(price, known.waited)) <= questions
        low, high = (low, price) if few else (price, high)
    return known.mean(known.schedule(high, known.waited), known.waited)


def least_questions(times, within, share=0.5):
    """The least number of questions for each job by which a share of them is asked for within so
    many seconds of being ready."""
    known = Known(times)
    heard = known.heard(within)

    def best_at(price):
        return known.schedule(price, lambda i, j: -heard(i, j))

    low, high = 0.0, 1.0
    # The dearer a question, the fewer are heard of in time.
    for _ in range(30):
        price = (low + high) / 2
        enough = known.mean(best_at(price), heard) >= share
        low, high = (price, high) if enough else (low, price)
    return known.questions(best_at(low))


class Known:
    """A distribution of processing times, by many samples of it."""

    def __init__(self, times):
        times = sorted(min(time, LONGEST - 2 * STEP) for time in times)
        self.ages = [i * STEP for i in range(int(LONGEST / STEP) + 1)]
        self.ready = [bisect_right(times, age) / len(times) for age in self.ages]
        self.sums = [0.0]
        for before, after in pairwise(self.ready):
            self.sums.append(self.sums[-1] + (before + after) / 2 * STEP)

    def waited(self, i, j):
        """The seconds that jobs wait ready between a question at `i` and the next one at `j`."""
        return self.sums[j] - self.sums[i] - self.ready[i] * (j - i) * STEP

    def heard(self, within):
        """The share of jobs that a question at `j` after one at `i` hears of in time."""
        width = round(within / STEP)
        return lambda i, j: self.ready[j] - self.ready[max(i, j - width)]

    def schedule(self, price, cost):
        """The schedule with the least cost, a question costing so much."""
        last = len(self.ages) - 1
        best, following = [0.0] * (last + 1), [last] * (last + 1)
        for i in range(last - 1, -1, -1):
            asked = price * (1 - self.ready[i])
            best[i], following[i] = min(
                (asked + cost(i, j) + best[j], j) for j in range(i + 1, min(last, i + 200) + 1)
            )
        found = [0]
        while found[-1] < last:
            found.append(following[found[-1]])
        return found

    def questions(self, found):
        """The questions for each job: whoever was not ready before needs the next one."""
        return sum(1 - self.ready[i] for i in found[:-1])

    def mean(self, found, cost):
        """What a schedule costs each job."""
        return sum(cost(i, j) for i, j in pairwise(found))
