"""replay.py WEIGHTS BATCHES RATE_PER_IMAGE OUT [grid_sample]: trains on recorded batches and writes each loss, the end weights and the moving averages."""
import glob
import os
import sys

import numpy

from losses import NAMES
from training import Training, create_network, read_batch

weights, batches, rate, out = sys.argv[1:5]
network = create_network(weights, grid_sample="grid_sample" in sys.argv[5:])
training = Training(network, float(rate))
rows = [training.step(read_batch(path)) for path in sorted(glob.glob(os.path.join(batches, "*.npz")))]
arrays = {f"loss/{name}": numpy.float32(column) for name, column in zip(NAMES + ("total_loss",), zip(*rows))}
arrays.update({f"weights/{name}": value.numpy() for name, value in training.averaged.items()})
arrays.update({f"ema/{name}": value.numpy() for name, value in training.averages().items()})
numpy.savez(out, **arrays)
