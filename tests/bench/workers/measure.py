"""What every Python worker measures of itself."""

import json
import os
import resource
import sys
import time


def status(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name))


def forget_peak():
    """Lets the peak start anew from what is in memory now, so that the start's own does not hide
    a later one."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Measured:
    """Wall, CPU and memory from its making to `tell`."""

    def __init__(self):
        forget_peak()
        self.memory = status("VmRSS")
        self.cpu = cpu()
        self.wall = time.perf_counter()

    def tell(self, errors=0):
        told = {
            "wall": time.perf_counter() - self.wall,
            "cpu": cpu() - self.cpu,
            "start_kib": self.memory,
            "peak_kib": status("VmHWM"),
            "errors": errors,
        }
        json.dump(told, sys.stdout)
        sys.stdout.flush()
        # The clients' own farewell is not measured.
        os._exit(0)


class Idle:
    """Memory of one wait, and CPU while waits go on."""

    def __init__(self):
        self.memory = status("VmRSS")

    def settled(self):
        """From here on CPU is counted."""
        self.memory = status("VmRSS") - self.memory
        self.cpu, self.wall = cpu(), time.perf_counter()

    def tell(self, waits):
        minutes = (time.perf_counter() - self.wall) / 60
        told = {
            "kib_each": self.memory / waits,
            "cpu_per_minute": (cpu() - self.cpu) / minutes,
        }
        json.dump(told, sys.stdout)
        sys.stdout.flush()
        os._exit(0)
