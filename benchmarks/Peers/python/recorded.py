"""recorded.py RECORD RATE_PER_IMAGE OUT [FAULT]: trains the twin on a record's batches, as recorded there, and records it with python/ppyolo_record.py.

FAULT plants a bug: decay (weight decay 10 times), momentum (0.8), average (before the step), slope (leaky slope 0.2), channels (BGR for RGB).
"""
import glob
import os
import sys

import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "python"))

import network as twin
import ppyolo_record
from losses import NAMES, losses, total
from training import Training, create_network, read_batch

record, rate, out = sys.argv[1:4]
fault = sys.argv[4] if len(sys.argv) > 4 else ""
if fault == "slope":
    twin.leaky_.__code__ = (lambda x: F.leaky_relu_(x, 0.2)).__code__
network = create_network(glob.glob(os.path.join(record, "000.*"))[0], grid_sample=True)
training = Training(network, float(rate))
for group in training.optimizer.param_groups:
    group["weight_decay"] *= 10 if fault == "decay" else 1
    group["momentum"] = 0.8 if fault == "momentum" else group["momentum"]
recorder = ppyolo_record.watch(network, training.optimizer, out, ema=lambda: training.ema)


def update_average():
    decay = training.decay(training.iteration)
    with torch.no_grad():
        for name, value in training.averaged.items():
            training.ema[name].mul_(decay).add_(value, alpha=1 - decay)


for path in sorted(glob.glob(os.path.join(record, "batch*_rank00.npz"))):
    image, boxes, *targets = read_batch(path)
    image = image.flip(1).contiguous() if fault == "channels" else image
    recorder.batch(image=image, gt_bbox=boxes, **{"target%d" % level: target for level, target in enumerate(targets)})
    terms = losses(network(image), boxes, targets)
    loss = total(terms)
    recorder.losses(**dict(zip(NAMES, terms)), total_loss=loss)
    training.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    for group in training.optimizer.param_groups:
        group["lr"] = training.rate(image.shape[0])
    if fault == "average":
        update_average()
    training.optimizer.step()
    if fault != "average":
        update_average()
    training.iteration += 1
    recorder.step()
training.ema = training.averages()
recorder.close()
