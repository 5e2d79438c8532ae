"""recorded_step.py WEIGHTS BATCH RATE_PER_IMAGE THREADS OUT: rounds of the twin's training step on one batch, recorded by python/ppyolo_record.py."""
import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "python"))

import ppyolo_record
from rounds import serve
from training import Training, create_network, read_batch

weights, batch, rate, threads, out = sys.argv[1:]
torch.set_num_threads(int(threads))
training = Training(create_network(weights), float(rate))
images = read_batch(batch)
recorder = ppyolo_record.watch(training.network, training.optimizer, out, ema=lambda: training.ema)
serve(lambda: training.step(images, recorder), warm_up=2)
