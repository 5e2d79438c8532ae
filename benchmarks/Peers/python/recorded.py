"""recorded.py RECORD RATE_PER_IMAGE OUT [FAULT]: trains the twin on a record's batches, on as many ranks, and records it with python/ppyolo_record.py.

FAULT plants a bug, one of FAULTS.
"""
import glob
import os
import sys

import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "python"))

import losses as twin_losses
import network as twin
import ppyolo_record
import ranks as twin_ranks
from losses import NAMES, losses, total
from training import Training, create_network, read_batch

FAULTS = {
    "decay": "weight decay 10 times", "decay-missing": "no weight decay", "decay-all": "weight decay on norms and biases too",
    "momentum": "momentum 0.8", "nesterov": "Nesterov's step", "dampening": "gradients dampened by 0.2 after the first step",
    "rate-late": "the rate of the iteration before", "rate-full": "no warm-up", "step-twice": "weights move twice as far",
    "not-cleared": "gradients are not cleared", "loss-times": "the loss times 1024", "average": "the average before the step",
    "average-constant": "the average's decay is 0.9", "average-uncorrected": "the average is not corrected for its start",
    "average-statistics": "the average has the network's running statistics", "norm-momentum": "running statistics move by 0.01",
    "norm-evaluation": "norms in evaluation mode", "norm-epsilon": "the norms' epsilon is 1e-3", "channels": "BGR for RGB",
    "weight": "one weight is not loaded", "order": "batches in reverse", "scale": "scale_x_y 1", "iou": "the IoU loss counts 1, not 2.5",
    "slope": "leaky slope 0.2",
}

record, rate, out = sys.argv[1:4]
fault = sys.argv[4] if len(sys.argv) > 4 else ""
if fault and fault not in FAULTS:
    sys.exit("%s: expected one of %s" % (fault, ", ".join(FAULTS)))
ranks = len(glob.glob(os.path.join(record, "batch00000_rank*.npz")))
rank = twin_ranks.run(os.path.abspath(__file__), sys.argv[1:], ranks)
if fault == "slope":
    twin.leaky_.__code__ = (lambda x: F.leaky_relu_(x, 0.2)).__code__
if fault == "scale":
    twin_losses.SCALE = 1.0
network = create_network(glob.glob(os.path.join(record, "000.*"))[0], grid_sample=True)
norms = [module for module in network.modules() if isinstance(module, torch.nn.BatchNorm2d)]
for norm in norms:
    norm.momentum = 0.01 if fault == "norm-momentum" else norm.momentum
    norm.eps = 1e-3 if fault == "norm-epsilon" else norm.eps
    norm.train(fault != "norm-evaluation")
if fault == "weight":
    torch.manual_seed(1)
    torch.nn.init.kaiming_uniform_(network.neck.yolo_transition_0.conv.weight)
training = Training(network, float(rate))
undecayed, decayed = training.optimizer.param_groups
decayed["weight_decay"] *= {"decay": 10, "decay-missing": 0}.get(fault, 1)
undecayed["weight_decay"] = decayed["weight_decay"] if fault == "decay-all" else 0
for group in (undecayed, decayed):
    group["momentum"] = 0.8 if fault == "momentum" else group["momentum"]
    group["dampening"] = 0.2 if fault == "dampening" else 0
    group["nesterov"] = fault == "nesterov"
model = twin_ranks.share(network) if ranks > 1 else network
recorder = ppyolo_record.watch(model, training.optimizer, out, ema=lambda: training.ema)


def update_average():
    decay = 0.9 if fault == "average-constant" else training.decay(training.iteration)
    with torch.no_grad():
        for name, value in training.averaged.items():
            if fault == "average-statistics" and "running_" in name:
                training.ema[name].copy_(value)
            else:
                training.ema[name].mul_(decay).add_(value, alpha=1 - decay)


def step():
    before = [parameter.detach().clone() for parameter in network.parameters()] if fault == "step-twice" else []
    training.optimizer.step()
    with torch.no_grad():
        for parameter, old in zip(network.parameters(), before):
            parameter.add_(parameter - old)


def learning_rate(images):
    iteration = training.iteration
    training.iteration = {"rate-late": max(0, iteration - 1), "rate-full": training.warmup}.get(fault, iteration)
    found = training.rate(images)
    training.iteration = iteration
    return found


for path in sorted(glob.glob(os.path.join(record, "batch*_rank%02d.npz" % rank)), reverse=fault == "order"):
    image, boxes, *targets = read_batch(path)
    image = image.flip(1).contiguous() if fault == "channels" else image
    recorder.batch(image=image, gt_bbox=boxes, **{"target%d" % level: target for level, target in enumerate(targets)})
    terms = list(losses(model(image), boxes, targets))
    if fault == "iou":
        terms[NAMES.index("loss_iou")] = terms[NAMES.index("loss_iou")] / 2.5
    loss = total(terms)
    recorder.losses(**dict(zip(NAMES, terms)), total_loss=loss)
    if fault != "not-cleared":
        training.optimizer.zero_grad(set_to_none=True)
    (loss * 1024 if fault == "loss-times" else loss).backward()
    for group in training.optimizer.param_groups:
        group["lr"] = learning_rate(ranks * image.shape[0])
    if fault == "average":
        update_average()
    step()
    if fault != "average":
        update_average()
    training.iteration += 1
    recorder.step()
training.ema = training.averages() if fault != "average-uncorrected" else training.ema
recorder.close()
