"""Two ranks by DistributedDataParallel over gloo: each rank's own gradients, the reduced ones, one record."""
import json
import os
import shutil
import sys
import tempfile
import unittest
from datetime import timedelta

import torch
import torch.nn.functional as F
from torch import distributed, multiprocessing, nn
from torch.nn.parallel import DistributedDataParallel

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), HERE]

import ppyolo_record
from test_watch import read


def work(rank, folder, passes):
    # They meet in a file: a port that is free now may be another program's a moment later, and whoever waits there does so for half an hour.
    meeting = "file://" + folder + ".meeting"
    distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=2, timeout=timedelta(minutes=2))
    torch.set_num_threads(1)
    torch.manual_seed(3)
    network = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(512, 4))
    parallel = DistributedDataParallel(network)
    optimizer = torch.optim.SGD(parallel.parameters(), lr=0.01, momentum=0.9)
    recorder = ppyolo_record.watch(parallel, optimizer, folder, full=["gradient:3.bias", "reduction:3.bias"])
    torch.manual_seed(7 + rank)
    for _ in range(2):
        optimizer.zero_grad()
        for index in range(passes):
            images, labels = torch.randn(4, 3, 16, 16), torch.randint(4, (4,))
            recorder.batch(image=images, label=labels)
            if index < passes - 1:
                with parallel.no_sync():
                    loss = F.cross_entropy(parallel(images), labels)
                    recorder.losses(loss_ce=loss)
                    loss.backward()
            else:
                loss = F.cross_entropy(parallel(images), labels)
                recorder.losses(loss_ce=loss)
                loss.backward()
        optimizer.step()
        recorder.step()
    recorder.close()
    distributed.destroy_process_group()


class Ranks(unittest.TestCase):
    def test_gradients_before_and_after_reduction(self):
        for passes in (1, 2):
            with self.subTest(passes):
                parent = tempfile.mkdtemp()
                self.addCleanup(shutil.rmtree, parent)
                folder = os.path.join(parent, "record")
                multiprocessing.spawn(work, (folder, passes), nprocs=2)
                with open(os.path.join(folder, "case.json")) as file:
                    self.assertEqual(json.load(file)["ranks"], 2)
                for iteration in range(2):
                    ranks = [read(folder, iteration, rank) for rank in range(2)]
                    own = [rank["gradient", "3.bias"][3] for rank in ranks]
                    reduced = [rank["reduction", "3.bias"][3] for rank in ranks]
                    self.assertTrue((reduced[0] == reduced[1]).all())
                    self.assertFalse((own[0] == own[1]).all())
                    # The mean in float32: two roundings.
                    self.assertLess(abs((own[0] + own[1]) / 2 - reduced[0]).max(), 2 ** -23 * abs(own[0]).max() * 2)


if __name__ == "__main__":
    unittest.main()
