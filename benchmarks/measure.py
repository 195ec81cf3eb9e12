"""How times are taken: tasks in turn, medians, beside what the machine can do at best."""

import os
import platform
import time
from collections.abc import Callable

import numpy as np


def interleaved(
    tasks: dict[str, Callable], *, seconds: float = 2.0
) -> dict[str, float]:
    """Median microseconds of each task, run in turn so that a slow moment of the machine hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or min(map(len, times.values())) < 5:
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            times[name].append(time.perf_counter() - start)
    return {
        name: round(1e6 * float(np.median(values)), 2) for name, values in times.items()
    }


def peak_gflops(dtype: type, n: int = 768) -> float:
    """Billions of additions and multiplications a second in a product of two n × n matrices."""
    a = np.random.default_rng(0).standard_normal((n, n)).astype(dtype)
    median = interleaved({"product": lambda: a @ a}, seconds=1.0)["product"]
    return 2 * n**3 / median / 1000


def machine() -> str:
    name = platform.machine()
    try:
        with open("/proc/cpuinfo") as info:
            name = next(line for line in info if line.startswith("model name"))
        name = name.split(":")[1].strip()
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} cores, NumPy {np.__version__}"
