"""What DiffBenchmarks is compared with: loads two checkpoints with torch.load and sums the squared differences of every tensor.

Started once with both files; each line on standard input is one run, answered by a line. Starting Python and importing torch are not part of a run.
"""
import sys

import torch

torch.set_num_threads(2)
a, b = sys.argv[1:3]


def tensors(path):
    loaded = torch.load(path, map_location="cpu")
    return loaded.get("model", loaded)


for _ in sys.stdin:
    first, second = tensors(a), tensors(b)
    worst = 0.0
    for name, value in first.items():
        if "num_batches_tracked" not in name:
            worst = max(worst, float(((value - second[name]) ** 2).sum()))
    print(worst, flush=True)
