"""train.py OUT [decay|average]: trains a small network and records it; with a word, with that bug (docs/port.md)."""
import sys
from collections import OrderedDict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))
try:
    import torch
    import torch.nn.functional as F
    from torch import nn
    import ppyolo_record
except ImportError as error:
    sys.exit("this Python lacks PyTorch or NumPy (%s): pip install torch numpy, or "
             "apt-get install python3-torch and take /usr/bin/python3" % error)
if sys.argv[2:] not in ([], ["decay"], ["average"]) or len(sys.argv) < 2:
    sys.exit("usage: train.py OUT [decay|average]")
out, bug = (sys.argv + [""])[1:3]


def block(inputs, outputs):
    conv = nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False)
    return nn.Sequential(OrderedDict(conv=conv, norm=nn.BatchNorm2d(outputs), activation=nn.ReLU()))


def update_average():
    for name, value in network.state_dict().items():
        average[name] = average[name] * 0.9 + value * 0.1 if value.is_floating_point() else value.clone()


torch.manual_seed(1)
network = nn.Sequential(OrderedDict(
    first=block(3, 8), second=block(8, 16), pool=nn.AdaptiveAvgPool2d(1), flat=nn.Flatten(), head=nn.Linear(16, 4)))
decayed, others = [], []
for value in network.parameters():
    (decayed if bug == "decay" or value.dim() > 1 else others).append(value)
optimizer = torch.optim.SGD([dict(params=others, weight_decay=0.0), dict(params=decayed, weight_decay=0.01)], lr=0.05, momentum=0.9)
average = {name: value.clone() for name, value in network.state_dict().items()}
try:
    recorder = ppyolo_record.watch(network, optimizer, out, ema=lambda: average)
except ppyolo_record.RecordError as error:
    sys.exit(str(error))
for _ in range(10):
    images, labels = torch.randn(8, 3, 32, 32), torch.randint(4, (8,))
    recorder.batch(image=images, label=labels)
    loss = F.cross_entropy(network(images), labels)
    recorder.losses(loss_ce=loss)
    optimizer.zero_grad()
    loss.backward()
    steps = [optimizer.step, update_average]
    for step in reversed(steps) if bug == "average" else steps:
        step()
    recorder.step()
recorder.close()
print("recorded in", out)
