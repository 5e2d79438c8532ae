"""trace.py WEIGHTS BATCH OUT: writes network and losses as TorchScript, traced at the batch's size, with DCNv2 as grid_sample."""
import sys
import warnings

import torch

from losses import losses, total
from training import create_network, read_batch


class Losses(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, image, boxes, target0, target1, target2):
        return total(losses(self.network(image), boxes, (target0, target1, target2)))


# The sizes are those of the batch for good: that is what a trace is.
warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)
weights, batch, out = sys.argv[1:]
torch.jit.trace(Losses(create_network(weights, grid_sample=True)), read_batch(batch), check_trace=False).save(out)
