"""The training step of the twin: forward, losses, backward, SGD in two groups, moving average, learning rate."""
import numpy
import torch

from losses import NAMES, losses, total
from network import PPYolo

NO_DECAY = "no_L2"


def read_batch(path):
    """image, boxes, targets of a recorded batch."""
    with numpy.load(path) as arrays:
        levels = sum(name.startswith("target") for name in arrays.files)
        return [torch.from_numpy(arrays[name]) for name in ["image", "gt_bbox"] + [f"target{i}" for i in range(levels)]]


def create_network(weights, grid_sample=False):
    network = PPYolo(grid_sample=grid_sample)
    state = torch.load(weights)
    network.load_state_dict(state.get("model", state))
    return network.train()


class Training:
    def __init__(self, network, rate_per_image, warmup=714, ema_decay=0.9998):
        self.network = network
        self.rate_per_image = rate_per_image
        self.warmup = warmup
        self.ema_decay = ema_decay
        groups = {False: [], True: []}
        for name, parameter in network.named_parameters():
            if parameter.requires_grad:
                groups["norm." not in name and not (name.startswith("yolo_head.") and name.endswith(".bias"))].append(parameter)
        self.optimizer = torch.optim.SGD([{"params": groups[False], "weight_decay": 0.0}, {"params": groups[True], "weight_decay": 5e-4}], lr=0.0, momentum=0.9)
        self.averaged = {name: value for name, value in network.state_dict().items() if not name.endswith("num_batches_tracked")}
        self.ema = {name: torch.zeros_like(value) for name, value in self.averaged.items()}
        self.iteration = 0

    def decay(self, updates):
        return min(self.ema_decay, (1 + updates) / (10 + updates))

    def rate(self, batch):
        full = self.rate_per_image * batch
        return full * 0.5 if self.iteration == 0 else (full - full * 0.5) * self.iteration / self.warmup + full * 0.5

    def step(self, batch, recorder=None):
        """Trains on a batch, and has it recorded where there is a recorder; returns the losses as numbers, their sum last."""
        image, boxes, *targets = batch
        if recorder:
            recorder.batch(image=image, gt_bbox=boxes, **{"target%d" % level: target for level, target in enumerate(targets)})
        terms = losses(self.network(image), boxes, targets)
        loss = total(terms)
        if recorder:
            recorder.losses(**dict(zip(NAMES, terms)), total_loss=loss)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate(image.shape[0])
        self.optimizer.step()
        decay = self.decay(self.iteration)
        with torch.no_grad():
            for name, value in self.averaged.items():
                self.ema[name].mul_(decay).add_(value, alpha=1 - decay)
        self.iteration += 1
        if recorder:
            recorder.step()
        return [term.item() for term in terms] + [loss.item()]

    def averages(self):
        correction = 1 - self.decay(self.iteration - 1) ** self.iteration
        return {name: value / correction for name, value in self.ema.items()}
