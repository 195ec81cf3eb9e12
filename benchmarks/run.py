"""Measure what the book says about time and store it with machine and date.

    make bench        writes benchmarks/results.json, which the chapters read

Every time is the median of interleaved repetitions, in microseconds. The comparison with PyTorch runs where
PyTorch is installed; elsewhere the stored one is kept.
"""

import datetime
import importlib.util
import json
import math
import os
import subprocess
import sys
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def child(module: str, *args: str, threads: int) -> dict:
    """What a module prints as JSON, run in a process with that many threads."""
    environment = os.environ | dict.fromkeys(THREADS, str(threads))
    command = [sys.executable, "-m", f"benchmarks.{module}", *args]
    root = Path(__file__).parents[1]
    run = subprocess.run(
        command,
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(run.stdout)


def geometric_mean(rows: dict) -> float:
    return math.exp(sum(math.log(row["ratio"]) for row in rows.values()) / len(rows))


def table(found: dict, threads: int) -> str:
    """One line a workload: microseconds of both, their ratio, GFLOP/s and share of the machine's peak."""
    lines = []
    for dtype, part in found.items():
        lines += [
            "",
            f"{dtype}, threads: {threads}, peak of a matrix product {part['peak_gflops']:.0f} GFLOP/s",
            f"{'training step':<46}{'ours µs':>10}{'PyTorch µs':>12}{'ratio':>7}{'GFLOP/s':>9}{'of peak':>9}",
        ]
        for name, row in part["workloads"].items():
            share = row["gflops"] / part["peak_gflops"]
            lines.append(
                f"{name:<46}{row['ours']:>10.0f}{row['torch']:>12.0f}{row['ratio']:>7.2f}"
                f"{row['gflops']:>9.1f}{share:>9.0%}"
            )
        lines.append(f"{'200 starts of XOR, our loop':<46}{part['xor_loop']:>10.0f}")
    return "\n".join(lines)


def versus_torch() -> dict:
    threads = {str(n): child("versus", str(n), threads=n) for n in (1, 2)}
    memory = {
        side: child("versus", "memory", side, threads=1) for side in ("ours", "torch")
    }
    return {"threads": threads, "peak_memory_of_the_vgg_step_MB": memory}


def stamp() -> dict:
    from benchmarks.measure import machine

    return {"machine": machine(), "date": datetime.date.today().isoformat()}


def main() -> None:
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results["backpropagation"] = stamp() | child("book", threads=1)
    if importlib.util.find_spec("torch"):
        results["versus_torch"] = stamp() | versus_torch()
    else:
        print("PyTorch is not installed: the comparison was left as it was.")
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    if "versus_torch" not in results:
        return
    found = results["versus_torch"]
    for threads, part in found["threads"].items():
        print(table(part, int(threads)))
    memory = found["peak_memory_of_the_vgg_step_MB"]
    print(
        f"\npeak memory of the VGG-like step beyond the start: ours {memory['ours']:.0f} MB, PyTorch {memory['torch']:.0f} MB\n"
    )
    for dtype in ("float64", "float32"):
        mean = geometric_mean(found["threads"]["1"][dtype]["workloads"])
        print(f"geometric mean {dtype}: {mean:.2f}")


if __name__ == "__main__":
    main()
