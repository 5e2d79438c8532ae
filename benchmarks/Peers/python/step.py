"""step.py WEIGHTS BATCH RATE_PER_IMAGE THREADS [DEVICE]: rounds of the twin's training step on one batch."""
import sys

import torch

from rounds import serve
from training import Training, create_network, read_batch

weights, batch, rate, threads, *device = sys.argv[1:]
torch.set_num_threads(int(threads))
if device:
    torch.set_default_device(device[0])
training = Training(create_network(weights), float(rate))
images = [tensor.to(*device) if device else tensor for tensor in read_batch(batch)]
serve(lambda: training.step(images), warm_up=2)
