"""flops.py WEIGHTS BATCH: prints the floating-point operations of all convolutions of one training step, forward and backward."""
import sys

import torch
from torch import nn

from network import DeformableConvNorm
from training import create_network, read_batch

weights, batch = sys.argv[1:]
network = create_network(weights)
operations = 0


def count(conv, inputs, outputs):
    global operations
    outputs = outputs[0] if isinstance(outputs, tuple) else outputs
    once = 2 * outputs.numel() * conv.weight[0].numel()
    # Forward; the weight's gradient; the input's gradient.
    operations += once * (1 + conv.weight.requires_grad + inputs[0].requires_grad)


for module in network.modules():
    if isinstance(module, nn.Conv2d):
        module.register_forward_hook(count)
    if isinstance(module, DeformableConvNorm):
        # Its convolution is not called as a module; its output has the shape of the layer's.
        module.register_forward_hook(lambda layer, inputs, outputs: count(layer.conv, inputs, outputs))
network(read_batch(batch)[0])
print(operations)
