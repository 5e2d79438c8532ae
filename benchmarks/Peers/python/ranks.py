"""The twin on several ranks, with PyTorch's own means: gloo, DistributedDataParallel, batch norms over all ranks' images."""
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta

import torch
from torch import distributed, nn
from torch.distributed.nn.functional import all_reduce

RANK, MEETING = "PPYOLO_TWIN_RANK", "PPYOLO_TWIN_MEETING"


class SharedNorm(nn.BatchNorm2d):
    """What torch.nn.SyncBatchNorm does on cards; it has no code for processors. Every rank has as many images."""

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        count = x.numel() // x.shape[1] * distributed.get_world_size()
        mean = all_reduce(x.sum((0, 2, 3))) / count
        centred = x - mean[None, :, None, None]
        variance = all_reduce((centred * centred).sum((0, 2, 3))) / count
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * (count / (count - 1)), self.momentum)
            self.num_batches_tracked += 1
        scale = self.weight * (variance + self.eps).rsqrt()
        return centred * scale[None, :, None, None] + self.bias[None, :, None, None]


def run(program, arguments, ranks):
    """Starts as many processes of a program, and ends this one when they have; where this is one of them, joins the others.

    Returns this process's rank.
    """
    if ranks < 2:
        return 0
    if RANK in os.environ:
        torch.set_num_threads(max(1, (os.cpu_count() or 1) // ranks))
        rank = int(os.environ[RANK])
        distributed.init_process_group("gloo", init_method="file://" + os.environ[MEETING], rank=rank, world_size=ranks,
                                       timeout=timedelta(minutes=2))
        return rank
    with tempfile.TemporaryDirectory() as folder:
        meeting = {MEETING: os.path.join(folder, "meeting")}
        started = [subprocess.Popen([sys.executable, "-B", program, *arguments], env={**os.environ, **meeting, RANK: str(rank)})
                   for rank in range(ranks)]
        while any(process.poll() is None for process in started):
            time.sleep(0.05)
            # The others would wait for one that has failed.
            if any(process.poll() for process in started):
                for process in started:
                    process.kill()
    sys.exit(max(abs(process.returncode) for process in started))


def share(network):
    """The network on this rank: norms over all ranks, gradients averaged over them."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.__class__ = SharedNorm
    return nn.parallel.DistributedDataParallel(network, broadcast_buffers=False)
