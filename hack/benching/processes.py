"""What is read from /proc."""

import os
import time


def processes(name):
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/comm", encoding="utf-8") as file:
                if file.read().startswith(name):
                    found.append(int(entry))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def memory_kb(pid, *fields):
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
        return sum(int(line.split()[1]) for line in file if line.split(":")[0] in fields)


def cpu_ns(pids):
    # The processor clock of a process (clock_getcpuclockid(3)): in nanoseconds, with threads that have ended.
    return sum(time.clock_gettime_ns((~pid << 3) | 2) for pid in pids)


def idle_percent(side, seconds):
    """Of one processor, what a side's processes take while nothing happens."""
    idlers = side.idlers()
    before, began = cpu_ns(idlers), time.monotonic()
    time.sleep(seconds)
    return (cpu_ns(idlers) - before) / (time.monotonic() - began) / 1e7
