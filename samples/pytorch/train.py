"""train.py OUT [decay|average]: trains a small network for ten iterations and records it; with a word, with that bug.

decay    weight decay on biases and norms too
average  the moving average is taken before the optimizer's step
"""
import os
import sys

if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["decay"], ["average"]):
    print("usage: train.py OUT [decay|average]", file=sys.stderr)
    sys.exit(2)
try:
    import torch
    import torch.nn.functional as F
    from torch import nn
except ImportError as error:
    print("this Python has no PyTorch (%s): pip install torch, or apt-get install python3-torch and take /usr/bin/python3" % error,
          file=sys.stderr)
    sys.exit(2)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python"))
import ppyolo_record

out, bug = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
torch.manual_seed(1)
network = nn.Sequential()
for name, inputs, outputs in (("first", 3, 8), ("second", 8, 16)):
    network.add_module(name, nn.Sequential())
    network.get_submodule(name).add_module("conv", nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False))
    network.get_submodule(name).add_module("norm", nn.BatchNorm2d(outputs))
    network.get_submodule(name).add_module("activation", nn.ReLU())
network.add_module("pool", nn.AdaptiveAvgPool2d(1))
network.add_module("flat", nn.Flatten())
network.add_module("head", nn.Linear(16, 4))

decayed = [value for name, value in network.named_parameters() if bug == "decay" or value.dim() > 1]
others = [value for value in network.parameters() if not any(value is one for one in decayed)]
optimizer = torch.optim.SGD([{"params": others, "weight_decay": 0.0}, {"params": decayed, "weight_decay": 0.01}], lr=0.05, momentum=0.9)
average = {name: value.clone() for name, value in network.state_dict().items()}


def update_average():
    for name, value in network.state_dict().items():
        average[name] = average[name] * 0.9 + value * 0.1 if value.is_floating_point() else value.clone()


try:
    recorder = ppyolo_record.watch(network, optimizer, out, ema=lambda: average)
except ppyolo_record.RecordError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
for iteration in range(10):
    images, labels = torch.randn(8, 3, 32, 32), torch.randint(4, (8,))
    recorder.batch(image=images, label=labels)
    loss = F.cross_entropy(network(images), labels)
    recorder.losses(loss_ce=loss)
    optimizer.zero_grad()
    loss.backward()
    if bug == "average":
        update_average()
    optimizer.step()
    if bug != "average":
        update_average()
    recorder.step()
recorder.close()
print("recorded in", out)
