"""Training steps side by side with PyTorch: python -m benchmarks.versus THREADS, or memory ours|torch.

Run by `benchmarks.run` in a process of its own, because the number of threads must be fixed before NumPy starts.
"""

import json
import sys

import numpy as np
import torch

from benchmarks.measure import interleaved, peak_gflops
from benchmarks.workloads import WORKLOADS, vgg, xor_starts


def compare(build, dtype: type, seconds: float) -> dict:
    """Times of both after three steps that must compute the same losses."""
    pair = build(dtype)
    tolerance = 1e-10 if dtype == np.float64 else 1e-4
    for _ in range(3):
        np.testing.assert_allclose(pair.ours(), pair.torch(), rtol=tolerance)
    times = interleaved({"ours": pair.ours, "torch": pair.torch}, seconds=seconds)
    gflops = 2 * pair.products / times["ours"] / 1000
    return {**times, "ratio": times["ours"] / times["torch"], "gflops": gflops}


def peak_memory() -> float:
    """The most memory this process has held so far, in MiB."""
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset / 2**20
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
    if sys.argv[1] == "memory":
        step = getattr(vgg(np.float64), sys.argv[2])
        before = peak_memory()
        step()
        print(json.dumps(peak_memory() - before))
        return
    torch.set_num_threads(int(sys.argv[1]))
    np.ones(4_000_000)  # freed at once: from now on glibc keeps freed memory for both
    found = {}
    for dtype in (np.float64, np.float32):
        rows = {}
        for name, build in WORKLOADS.items():
            print(f"{dtype.__name__}, {sys.argv[1]} threads: {name}", file=sys.stderr)
            rows[name] = compare(build, dtype, seconds=2.5)
        loop = xor_starts(dtype, loop=True).ours
        found[dtype.__name__] = {
            "peak_gflops": peak_gflops(dtype),
            "workloads": rows,
            "xor_loop": interleaved({"loop": loop}, seconds=2.0)["loop"],
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
