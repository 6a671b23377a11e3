"""The works in SimPy, as its manual has them: one process per customer or train. `python simpy_works.py w1|w2 AMOUNT`

Amounts are customers of W1 and replications of W2; times are minutes. Prints the means over replications as JSON.
"""

import json
import math
import random
import sys

import simpy

DAY = 1440
YEAR = 365 * DAY
OPENS, CLOSES = 480, 1200


def lognormal(mean, cv):
    """Parameters of the logarithm."""
    variance = math.log1p(cv * cv)
    return math.log(mean) - variance / 2, math.sqrt(variance)


RUNNING = lognormal(600, 0.15)
CLEARING = lognormal(90, 0.6)
SHAPE = 1 / 0.3**2


def outcome(times):
    times.sort()
    return len(times), sum(times) / len(times), times[max(1, math.ceil(0.95 * len(times))) - 1]


def queue(customers, seed):
    draws = random.Random(seed)
    env = simpy.Environment()
    server = simpy.Resource(env, 1)
    times = []

    def customer():
        arrived_at = env.now
        with server.request() as turn:
            yield turn
            yield env.timeout(draws.expovariate(1.0))
        times.append(env.now - arrived_at)

    def arrivals():
        for _ in range(customers):
            yield env.timeout(draws.expovariate(0.9))
            env.process(customer())

    env.process(arrivals())
    env.run()
    return outcome(times)


def wait_for_opening(now):
    time = now % DAY
    if time < OPENS:
        return OPENS - time
    return 0 if time < CLOSES else DAY + OPENS - time


def corridor(seed):
    draws = random.Random(seed)
    env = simpy.Environment()
    tracks, desks, berths, slot = (simpy.Resource(env, n) for n in (12, 3, 4, 1))
    times = []

    def train():
        yield env.timeout(draws.lognormvariate(*RUNNING))
        arrived_at = env.now
        track = tracks.request()
        yield track
        with desks.request() as desk:
            yield desk
            yield env.timeout(wait_for_opening(env.now) + draws.lognormvariate(*CLEARING))
        berth = berths.request()
        yield berth
        tracks.release(track)
        yield env.timeout(draws.gammavariate(SHAPE, 60 / SHAPE))
        berths.release(berth)
        with slot.request() as turn:
            yield turn
            yield env.timeout(40)
        times.append(env.now - arrived_at)

    def hub():
        while True:
            yield env.timeout(draws.expovariate(1 / 80))
            env.process(train())

    env.process(hub())
    env.run(until=YEAR)
    return outcome(times)


def main():
    work, amount = sys.argv[1], int(sys.argv[2])
    outcomes = [queue(amount, 1)] if work == "w1" else [corridor(seed) for seed in range(1, amount + 1)]
    means = (sum(column) / len(column) for column in zip(*outcomes))
    print(json.dumps(dict(zip(("through", "mean", "p95"), means))))


main()
