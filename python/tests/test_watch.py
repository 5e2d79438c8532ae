"""What the recorder writes of trainings of small networks, and that it changes none."""
import ast
import gc
import json
import os
import shutil
import sys
import tempfile
import unittest

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import clip_grad_norm_

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import ppyolo_record


class Block(nn.Module):
    """Adds in place, and activates in place."""

    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.activation = nn.ReLU(inplace=True)

    def forward(self, x):
        y = self.norm(self.conv(x))
        y += x
        return self.activation(y)


class Around(nn.Module):
    """Hands on what the module inside returns, perhaps changed in place."""

    def __init__(self, inner, change=lambda y: None):
        super().__init__()
        self.inner, self.change = inner, change

    def forward(self, x):
        y = self.inner(x)
        self.change(y)
        return y


class Parts(nn.Module):
    """Returns a tensor and a dictionary of one."""

    def forward(self, x):
        return x[:, :2], {"rest": x[:, 2:]}


class Network(nn.Module):
    """A frozen stem, a shared layer that runs twice, a dropout, outputs in parts."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1).requires_grad_(False)
        self.block = Block(8)
        self.dropout = nn.Dropout(0.1)
        self.shared = nn.Linear(8, 8)
        self.head = nn.Linear(8, 4)
        self.parts = Parts()

    def forward(self, x):
        x = self.dropout(self.block(F.leaky_relu_(self.stem(x), 0.1))).mean((2, 3))
        first, others = self.parts(self.head(self.shared(torch.tanh(self.shared(x)))))
        return torch.cat([first, others["rest"]], 1)


def train(folder=None, optimizer=torch.optim.SGD, iterations=3, accumulate=1, clip=0.5, trace=None, **options):
    """Trains; returns the end weights and, by (iteration, phase, name), what was really there."""
    torch.manual_seed(3)
    network = Network()
    named = {"lr": 0.1, "weight_decay": 1e-3}
    if optimizer is torch.optim.SGD:
        named["momentum"] = 0.9
    optimizer = optimizer([parameter for parameter in network.parameters() if parameter.requires_grad], **named)
    average = {name: value.clone() for name, value in network.state_dict().items()}
    recorder = ppyolo_record.watch(network, optimizer, folder, ema=average, iterations=trace, **options) if folder else None
    truth = {}
    for iteration in range(iterations):
        optimizer.zero_grad()
        for _ in range(accumulate):
            images, labels = torch.randn(4, 3, 16, 16), torch.randint(4, (4,))
            if recorder:
                recorder.batch(image=images, label=labels)
            loss = F.cross_entropy(network(images), labels)
            if recorder:
                recorder.losses(loss_ce=loss)
            loss.backward()
        for name, parameter in network.named_parameters():
            if parameter.grad is not None:
                truth[iteration, "gradient", name] = parameter.grad.clone()
        if clip:
            clip_grad_norm_(network.parameters(), clip)
        optimizer.step()
        with torch.no_grad():
            for name, value in network.state_dict().items():
                if value.is_floating_point():
                    average[name].mul_(0.9).add_(value, alpha=0.1)
        for name, value in network.state_dict().items():
            truth[iteration, "weights", name] = value.clone()
        if recorder:
            recorder.step()
    if recorder:
        recorder.close()
    return {name: value.clone() for name, value in network.state_dict().items()}, truth


def read(folder, iteration, rank=0):
    """(phase, name) to (shape, statistics, sketch, whole or None), in order."""
    with np.load(os.path.join(folder, "trace%05d_rank%02d.npz" % (iteration, rank))) as arrays:
        index = json.loads(arrays["index"].tobytes().decode("utf-8"))["entries"]
        return {(entry["phase"], entry["name"]): (tuple(entry["shape"]), statistics, sketch,
                                                  arrays.get("full/%s/%s" % (entry["phase"].capitalize(), entry["name"])))
                for entry, statistics, sketch in zip(index, arrays["statistics"], arrays["sketch"])}


class Watch(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.join(tempfile.mkdtemp(), "record")
        self.addCleanup(shutil.rmtree, os.path.dirname(self.folder))

    def test_changes_no_bit(self):
        plain, _ = train()
        recorded, _ = train(self.folder, full=["*"])
        for name in plain:
            self.assertTrue(torch.equal(plain[name], recorded[name]), name)

    def test_gradients_are_those_before_clipping(self):
        _, truth = train(self.folder)
        for iteration in range(3):
            entries = read(self.folder, iteration)
            found = {name: entry for (phase, name), entry in entries.items() if phase == "gradient"}
            expected = {name: value for (own, phase, name), value in truth.items() if own == iteration and phase == "gradient"}
            self.assertEqual(set(found), set(expected))
            for name, value in expected.items():
                self.assertTrue((found[name][2] == ppyolo_record.summarize(value.numpy()).sums).all(), name)

    def test_gradients_of_accumulated_passes_are_their_sum(self):
        _, truth = train(self.folder, accumulate=2)
        found = read(self.folder, 1)["gradient", "head.weight"][2]
        self.assertTrue((found == ppyolo_record.summarize(truth[1, "gradient", "head.weight"].numpy()).sums).all())
        self.assertIn(("data", "image#2"), read(self.folder, 1))
        self.assertIn(("forward", "head#2"), read(self.folder, 1))

    def test_modules_are_in_order_with_every_call_and_part(self):
        train(self.folder)
        names = [name for phase, name in read(self.folder, 0) if phase == "forward"]
        self.assertEqual(names, ["stem", "block.conv", "block.norm", "block.activation", "block", "dropout", "shared", "shared#2", "head",
                                 "parts[0]", "parts[1][rest]"])

    def test_outputs_are_what_they_were_before_operations_in_place(self):
        train(self.folder, full=["forward:block*"])
        entries = read(self.folder, 0)
        self.assertLess(entries["forward", "block.norm"][3].min(), 0)
        self.assertGreaterEqual(entries["forward", "block.activation"][3].min(), 0)

    def test_gradients_of_outputs_are_right_under_operations_in_place(self):
        train(self.folder, full=["*"], iterations=1)
        entries = read(self.folder, 0)
        norm, after = entries["backward", "block.norm"][3], entries["backward", "block"][3]
        # The activation passes the gradient on where its output is above zero.
        self.assertTrue((norm == np.where(entries["forward", "block"][3] > 0, after, 0)).all())

    def test_one_tensor_of_two_modules_has_one_gradient_the_last_ones(self):
        train(self.folder)
        entries = read(self.folder, 0)
        self.assertIn(("backward", "block"), entries)
        self.assertNotIn(("backward", "block.activation"), entries)

    def test_views_that_are_changed_in_place_have_no_gradient_and_declare_none(self):
        class Net(nn.Module):
            def __init__(self, change):
                super().__init__()
                self.conv, self.flat, self.head = nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(144, 2)
                self.change = change

            def forward(self, x):
                y = self.flat(self.conv(x))
                earlier = y.sum() * 0.5
                return self.head(self.change(y)).sum() + earlier

        declared = {}
        for place, change in (("in place", torch.relu_), ("beside", torch.relu)):
            torch.manual_seed(3)
            network = Net(change)
            optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
            folder = os.path.join(self.folder, place)
            with ppyolo_record.watch(network, optimizer, folder) as recorder:
                recorder.batch(image=torch.ones(2, 3, 8, 8))
                loss = network(torch.ones(2, 3, 8, 8))
                recorder.losses(total_loss=loss)
                loss.backward()
                optimizer.step()
                recorder.step()
            with open(os.path.join(folder, "case.json")) as file:
                declared[place] = json.load(file)["recorded"]["gradients"]
            self.assertEqual({name for phase, name in read(folder, 0) if phase == "backward"}, set(declared[place]))
        self.assertEqual((declared["in place"], declared["beside"]), (["conv", "head"], ["conv", "flat", "head"]))

    def test_views_of_every_pass_are_looked_at_before_backward_and_none_is_held_through_it(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv, self.flat, self.head = nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(144, 2)
                self.change = torch.relu

            def forward(self, x):
                self.viewed = self.flat(self.conv(x))
                return self.head(self.change(self.viewed)).sum()

        for folder, in_place, expected in (("first", (1,), {"conv", "head", "flat#2", "conv#2", "head#2"}), ("both", (1, 2), {"conv", "head", "conv#2", "head#2"}),
                                           ("none", (), {"conv", "flat", "head", "conv#2", "flat#2", "head#2"})):
            torch.manual_seed(3)
            network = Net()
            optimizers = [torch.optim.SGD(network.parameters(), lr=0.1), torch.optim.SGD(network.head.parameters(), lr=0.1)]
            path = os.path.join(self.folder, folder)
            with ppyolo_record.watch(network, optimizers, path) as recorder:
                for number in (1, 2):
                    network.change = torch.relu_ if number in in_place else torch.relu
                    recorder.batch(image=torch.ones(2, 3, 8, 8))
                    loss = network(torch.ones(2, 3, 8, 8))
                    recorder.losses(total_loss=loss)
                    self.assertEqual(recorder.views, {})
                    loss.backward()
                    with torch.no_grad():
                        # A metric: the gradient has come.
                        network.viewed.sigmoid_()
                    optimizers[number - 1].step()
                recorder.step()
            with open(os.path.join(path, "case.json")) as file:
                self.assertEqual(set(json.load(file)["recorded"]["gradients"]), expected)
            self.assertEqual({name for phase, name in read(path, 0) if phase == "backward"}, expected)

    def test_a_view_that_is_changed_in_some_iterations_is_declared_in_none(self):
        network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(144, 2))
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        with ppyolo_record.watch(network, optimizer, self.folder) as recorder:
            for change in (torch.relu, torch.relu_):
                recorder.batch(image=torch.ones(2, 3, 8, 8))
                loss = network[2](change(network[1](network[0](torch.ones(2, 3, 8, 8))))).sum()
                recorder.losses(total_loss=loss)
                loss.backward()
                optimizer.step()
                recorder.step()
        with open(os.path.join(self.folder, "case.json")) as file:
            self.assertEqual(json.load(file)["recorded"]["gradients"], ["0", "2"])

    def test_schedulers_that_are_made_later_find_their_optimizer_and_stay_when_the_recorder_goes(self):
        network = nn.Linear(2, 2)
        optimizer = torch.optim.SGD(network.parameters(), lr=1.0)
        with ppyolo_record.watch(network, optimizer, self.folder) as recorder:
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
            for _ in range(2):
                recorder.batch(image=torch.ones(1, 2))
                loss = network(torch.ones(1, 2)).sum()
                recorder.losses(total_loss=loss)
                loss.backward()
                optimizer.step()
                scheduler.step()
                recorder.step()
        self.assertEqual([float(read(self.folder, i)["schedule", "rate"][1][0]) for i in range(2)], [1.0, 0.5])
        self.assertEqual((optimizer._step_count, scheduler.get_last_lr()), (2, [0.25]))
        optimizer.step()
        self.assertEqual(optimizer._step_count, 3)

    def test_modules_in_evaluation_mode_keep_their_statistics(self):
        network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(), nn.Flatten(), nn.Linear(144, 2)).eval()
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        with ppyolo_record.watch(network, optimizer, self.folder, full=["*"]) as recorder:
            recorder.batch(image=torch.ones(2, 3, 8, 8))
            loss = network(torch.ones(2, 3, 8, 8)).square().mean()
            recorder.losses(loss=loss)
            loss.backward()
            optimizer.step()
            recorder.step()
        entries = read(self.folder, 0)
        for name in ("1.running_mean", "1.running_var"):
            self.assertTrue((entries["buffers", name][3] == entries["start", name][3]).all())
        # A dropout in evaluation mode hands on what it is given.
        self.assertTrue((entries["forward", "2"][3] == entries["forward", "1"][3]).all())
        self.assertIn(("backward", "2"), entries)
        self.assertEqual(sum(phase == "gradient" for phase, _ in entries), 6)

    def test_moments_of_adam_have_their_names(self):
        train(self.folder, optimizer=torch.optim.AdamW)
        entries = read(self.folder, 2)
        self.assertIn(("momentum", "head.weight.exp_avg"), entries)
        self.assertIn(("momentum", "head.weight.exp_avg_sq"), entries)
        self.assertNotIn(("momentum", "head.weight.step"), entries)

    def test_weights_after_the_step(self):
        _, truth = train(self.folder)
        for iteration in range(3):
            found = read(self.folder, iteration)["weights", "block.norm.bias"][2]
            self.assertTrue((found == ppyolo_record.summarize(truth[iteration, "weights", "block.norm.bias"].numpy()).sums).all())

    @unittest.skipUnless(sys.platform == "linux", "reads /proc")
    def test_memory_does_not_grow_with_iterations(self):
        network = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(16 * 32 * 32, 4))
        optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
        images = torch.randn(8, 3, 32, 32)
        resident = []
        with ppyolo_record.watch(network, optimizer, self.folder) as recorder:
            for iteration in range(90):
                recorder.batch(image=images)
                loss = network(images).square().mean()
                recorder.losses(loss=loss)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                recorder.step()
                if iteration in (29, 89):
                    gc.collect()
                    with open("/proc/self/statm") as file:
                        resident.append(int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
        # One output kept per iteration would be 31 MB, one batch 6 MB.
        self.assertLess(resident[1] - resident[0], 4e6)

    def test_only_what_was_asked_for(self):
        train(self.folder, modules=["block*"], iterations=4)
        with open(os.path.join(self.folder, "case.json")) as file:
            case = json.load(file)
        self.assertEqual(case["recorded"]["modules"], ["block", "block.activation", "block.conv", "block.norm"])
        self.assertEqual({name for phase, name in read(self.folder, 0) if phase == "forward"}, set(case["recorded"]["modules"]))

    def test_iterations_that_are_left_out_are_declared(self):
        train(self.folder, iterations=4, trace=[1, 2])
        with open(os.path.join(self.folder, "case.json")) as file:
            case = json.load(file)
        self.assertEqual((case["iterations"], case["recorded"]["iterations"]), (4, [1, 2]))
        self.assertEqual([name for name in sorted(os.listdir(self.folder)) if name.startswith("trace")],
                         ["trace00001_rank00.npz", "trace00002_rank00.npz"])

    def test_a_part_that_a_module_inside_handed_on_is_there_once(self):
        class Two(nn.Module):
            def __init__(self):
                super().__init__()
                self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)

            def forward(self, x):
                x = self.first(x)
                return x, self.second(x)

        network = nn.Sequential(Two())
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        with ppyolo_record.watch(network, optimizer, self.folder) as recorder:
            recorder.batch(image=torch.ones(2, 4))
            sum(part.sum() for part in network(torch.ones(2, 4))).backward()
            optimizer.step()
            recorder.step()
        self.assertEqual([key for key in read(self.folder, 0) if key[0] in ("forward", "backward")],
                         [("forward", "0.first"), ("forward", "0.second"), ("backward", "0.second"), ("backward", "0.first")])

    def test_the_first_module_that_draws_is_named(self):
        train(self.folder)
        with open(os.path.join(self.folder, "random.json")) as file:
            audit = json.load(file)["iterations"]
        self.assertEqual([entry["module"] for entry in audit], ["dropout"] * 3)
        self.assertEqual([name for name, state in audit[0]["data"].items() if audit[0]["forward"][name] != state], ["torch"])

    def test_python_3_8_can_read_it(self):
        with open(ppyolo_record.__file__, encoding="utf-8") as file:
            ast.parse(file.read(), feature_version=(3, 8))

    def test_a_seeded_generator_has_the_hash_that_torchsharp_has(self):
        network = nn.Linear(4, 4)
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        with ppyolo_record.watch(network, optimizer, self.folder) as recorder:
            torch.manual_seed(7)
            recorder.batch(image=torch.ones(2, 4))
            network(torch.ones(2, 4)).sum().backward()
            optimizer.step()
            recorder.step()
        with open(os.path.join(self.folder, "random.json")) as file:
            self.assertEqual(json.load(file)["iterations"][0]["data"]["torch"], "daf9268b18e87b02")

    def test_a_tensor_that_is_handed_on_is_read_once_unless_it_changed(self):
        network = nn.Sequential(Around(nn.Conv2d(3, 16, 3, padding=1)), Around(nn.ReLU(), lambda y: y.data[..., 1:].mul_(2)),
                                Around(nn.Conv2d(16, 16, 1), lambda y: y[0, 0, 0, 1].fill_(100)))
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        with ppyolo_record.watch(network, optimizer, self.folder) as recorder:
            taken, take = [], recorder.summaries._of
            recorder.summaries._of = lambda tensor: taken.append(tensor.numel()) or take(tensor)
            images = torch.randn(4, 3, 32, 32)
            recorder.batch(image=images)
            loss = network(images).square().mean()
            recorder.losses(loss=loss)
            read_ = taken.count(4 * 16 * 32 * 32)
            loss.backward()
            optimizer.step()
            recorder.step()
        norm = {name: statistics[0] for (phase, name), (_, statistics, _, _) in read(self.folder, 0).items() if phase == "forward"}
        self.assertEqual(read_, 5)
        self.assertEqual(norm["0"], norm["0.inner"])
        # Past the version of the tensor, which says that nothing changed.
        self.assertGreater(norm["1"] / norm["1.inner"], 1.5)
        # One element that the mark does not look at: its version says it.
        self.assertGreater(norm["2"], norm["2.inner"] + 1)

    def test_half_precision(self):
        network = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2)).to(torch.bfloat16)
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        with ppyolo_record.watch(network, optimizer, self.folder, full=["*"]) as recorder:
            images = torch.randn(4, 8).to(torch.bfloat16)
            recorder.batch(image=images)
            loss = network(images).float().square().mean()
            recorder.losses(loss=loss)
            loss.backward()
            optimizer.step()
            recorder.step()
        self.assertEqual(read(self.folder, 0)["forward", "0"][3].dtype, np.float32)

    def test_a_training_that_fails_leaves_no_record_and_no_hooks(self):
        network = Network()
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        with self.assertRaises(ZeroDivisionError):
            with ppyolo_record.watch(network, optimizer, self.folder) as recorder:
                recorder.batch(image=torch.zeros(1, 3, 16, 16))
                raise ZeroDivisionError
        self.assertFalse(os.path.exists(os.path.join(self.folder, "case.json")))
        self.assertFalse(any(module._forward_hooks for module in network.modules()))
        self.assertNotIn("step", vars(optimizer))
        self.assertIs(clip_grad_norm_, torch.nn.utils.clip_grad_norm_)

    def test_a_twin_is_off_about_the_last_bit_of_each_weight_and_draws_no_number_of_the_training(self):
        torch.manual_seed(1)
        right, twin, other = Network(), Network(), Network()
        twin.load_state_dict(right.state_dict())
        other.load_state_dict(right.state_dict())
        state = torch.get_rng_state()
        ppyolo_record.perturb(twin)
        ppyolo_record.perturb(other, 2)
        self.assertTrue(torch.equal(torch.get_rng_state(), state))
        changed = 0
        for one, two, three in zip(right.parameters(), twin.parameters(), other.parameters()):
            self.assertLessEqual(float(((two - one) / one.abs().clamp_min(1e-30)).abs().max()), 2.4e-7)
            changed += int((two != one).sum()) * int((two != three).sum())
        self.assertGreater(changed, 0)

    def test_wrong_use_is_refused_in_a_sentence(self):
        network = Network()
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        recorder = ppyolo_record.watch(network, optimizer, self.folder)
        with self.assertRaisesRegex(ppyolo_record.RecordError, "call batch first"):
            recorder.step()
        train(os.path.join(self.folder, "other"))
        with self.assertRaisesRegex(ppyolo_record.RecordError, "new or empty folder"):
            train(os.path.join(self.folder, "other"))


if __name__ == "__main__":
    unittest.main()
