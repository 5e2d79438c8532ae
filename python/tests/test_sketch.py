"""The sketch against the vectors of fixtures/sketch, in C, in NumPy and in PyTorch's own operators."""
import concurrent.futures
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from unittest import mock

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import make_vectors
import ppyolo_record as record

with open(os.path.join(HERE, "..", "..", "fixtures", "sketch", "vectors.json"), encoding="utf-8") as file:
    VECTORS = json.load(file)


def values_of(vector):
    if "values" in vector:
        return np.array(vector["values"], dtype=np.float32)
    return make_vectors.stream_values(vector["stream"], vector["count"])


class Sketch(unittest.TestCase):
    def setUp(self):
        self.kernel = record.Kernel.instance()
        self.addCleanup(setattr, record.Kernel, "_instance", self.kernel)

    def check(self, summarize, exact):
        for vector in VECTORS["vectors"]:
            with self.subTest(vector.get("stream", len(vector.get("values", ())))):
                found = summarize(values_of(vector))
                # Within 1e-15 of the norm, where the order of additions is the device's.
                allowed = 0 if exact else 1e-15 * vector["l2"]
                self.assertLessEqual(np.abs(found.sums - np.array(vector["sums"])).max(), allowed)
                # Squares are added up in rows of 512, in an order that is not part of the format: 512 roundings of 2^-53.
                self.assertTrue(math.isclose(found.l2, vector["l2"], rel_tol=512 * 2 ** -53))
                self.assertAlmostEqual(found.mean, vector["mean"], delta=1e-15 * vector["l2"])
                self.assertEqual(found.abs_max, vector["absMax"])
                self.assertEqual(found.non_finite, vector["nonFinite"])

    def test_the_words_of_signs(self):
        self.assertEqual(["%016x" % word for word in record.stream_bits(record.SIGN_KEY, 0, 8).tolist()], VECTORS["words"])

    def test_numpy(self):
        record.Kernel._instance = None
        self.check(record.summarize, exact=True)

    def test_c(self):
        if self.kernel is None:
            self.skipTest("no C compiler: apt-get install gcc")
        self.check(record.summarize, exact=True)

    def test_torch(self):
        import torch
        summaries = record._Summaries(torch)
        self.check(lambda values: summaries._on_device(torch.from_numpy(values)) if values.size > 1 else record.summarize(values), exact=False)

    def test_what_is_not_finite_is_counted(self):
        for kernel in (None, self.kernel):
            record.Kernel._instance = kernel
            for bad in (np.nan, np.inf, -np.inf):
                values = np.ones(70000, dtype=np.float32)
                values[[3, 66000]] = bad
                found = record.summarize(values)
                self.assertEqual(found.non_finite, 2)
                self.assertTrue(math.isnan(found.abs_max))

    def test_c_and_numpy_are_one_in_every_length(self):
        if self.kernel is None:
            self.skipTest("no C compiler: apt-get install gcc")
        chunk = record.CHUNK
        for count in (2, 63, 64, 65, 8 * 64 - 1, 9 * 64 + 5, 512 * 64, 512 * 64 + 1, 5 * 512 * 64 - 3, chunk - 1, chunk, chunk + 65):
            with self.subTest(count):
                values = make_vectors.stream_values("length %d" % count, count)
                record.Kernel._instance = None
                numpy = record.summarize(values)
                record.Kernel._instance = self.kernel
                c = record.summarize(values)
                self.assertEqual(numpy.sums.tobytes(), c.sums.tobytes())
                self.assertEqual((numpy.abs_max, numpy.non_finite), (c.abs_max, c.non_finite))
                self.assertTrue(math.isclose(numpy.l2, c.l2, rel_tol=512 * 2 ** -53))
                self.assertAlmostEqual(numpy.mean, c.mean, delta=1e-15 * numpy.l2)


    def test_zeros_of_either_sign_have_sums_of_zero(self):
        for kernel in (None, self.kernel):
            record.Kernel._instance = kernel
            for values in (np.zeros(64, np.float32), np.full(40000, -0.0, np.float32)):
                self.assertFalse(np.signbit(record.summarize(values).sums).any())


class Helpers(unittest.TestCase):
    def setUp(self):
        if not hasattr(os, "memfd_create"):
            self.skipTest("helpers need memory of Linux's kind")
        self.helpers = record._Helpers(2)
        self.addCleanup(self.helpers.end)
        self.values = make_vectors.stream_values("helpers", 9 * record.CHUNK + 77)
        self.values[[5, 3 * record.CHUNK]] = np.nan
        self.alone = [record._chunk(self.values[at:at + record.CHUNK], at) for at in range(0, self.values.size, record.CHUNK)]

    def check(self):
        self.assertEqual(np.array(self.helpers.rows(self.values)).tobytes(), np.array(self.alone).tobytes())

    def test_who_adds_up_changes_no_bit(self):
        for _ in range(3):
            self.check()
        for helper in self.helpers.all:
            self.assertGreater(helper.count, 0)

    def test_a_helper_that_is_killed_costs_time_alone(self):
        self.check()
        self.helpers.all[1].process.kill()
        self.helpers.all[1].process.wait()
        self.check()
        self.assertEqual(self.helpers.all, [])
        self.check()

    def test_several_threads_at_once(self):
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            for rows in pool.map(self.helpers.rows, [self.values] * 6):
                self.assertEqual(np.array(rows).tobytes(), np.array(self.alone).tobytes())

    def test_helpers_end_with_their_process(self):
        program = ("import sys; sys.path.insert(0, %r); import numpy, ppyolo_record as r; h = r._Helpers(1); "
                   "h.rows(numpy.ones(5 * r.CHUNK, numpy.float32)); print(h.all[0].process.pid, flush=True); sys.stdin.read()" % os.path.dirname(HERE))
        process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        helper = int(process.stdout.readline())
        process.kill()
        process.communicate()
        for _ in range(100):
            try:
                with open("/proc/%d/stat" % helper) as file:
                    if file.read().split(") ")[1][0] == "Z":
                        return
            except OSError:
                return
            time.sleep(0.1)
        self.fail("helper %d is still there 10 s after its process was killed" % helper)

    def test_an_interrupt_ends_the_helpers_and_the_next_tensor_is_right(self):
        give, calls = record._Helper.give, []

        def interrupted(*arguments):
            give(*arguments)
            calls.append(0)
            if len(calls) == 3:
                raise KeyboardInterrupt
        record._Helper.give = interrupted
        self.addCleanup(setattr, record._Helper, "give", give)
        with self.assertRaises(KeyboardInterrupt):
            self.helpers.rows(self.values)
        self.check()
        self.assertEqual(self.helpers.all, [])

    def run_alone(self, program, **environment):
        """The program in a Python of its own, which has the recorder as r."""
        program = "import sys; sys.path.insert(0, %r); import os, numpy, ppyolo_record as r\n" % os.path.dirname(HERE) + program
        done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                              env=dict(os.environ, **environment))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode().split()

    SAME = ("x = numpy.arange(6 * r.CHUNK, dtype=numpy.float32)\n"
            "h = r._Helpers(1)\n"
            "alone = [r._chunk(x[at:at + r.CHUNK], at) for at in range(0, x.size, r.CHUNK)]\n"
            "print(numpy.array_equal(h.rows(x), alone), h.all[0].count if h.all else 0)\n")

    def test_what_a_helper_prints_is_no_answer(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "sitecustomize.py"), "w") as file:
                file.write("print('a' * 5000)")
            printed = self.run_alone(self.SAME, PYTHONPATH=folder, PYTHONUNBUFFERED="1")
        self.assertEqual(printed[-2], "True")
        self.assertGreater(int(printed[-1]), 0)

    def test_many_open_files(self):
        import resource
        if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 1300:
            self.skipTest("this system allows fewer than 1300 open files")
        self.assertEqual(self.run_alone(
            "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (1300,) + resource.getrlimit(resource.RLIMIT_NOFILE)[1:])\n"
            "files = [open(os.devnull) for _ in range(1100)]\n" + self.SAME)[0], "True")

    def test_a_process_that_was_forked_has_no_threads_to_put_to_sleep(self):
        self.assertEqual(self.run_alone(
            "import torch; torch.set_num_threads(2); torch.relu(torch.ones(1 << 20))\n"
            "team = r._Team()\n"
            "child = os.fork()\n"
            "if child == 0:\n"
            "    for own in (team, r._Team()): own.sleep(lambda: None)\n"
            "    os._exit(7)\n"
            "print(os.waitpid(child, 0)[1] >> 8)"), ["7"])

    def test_a_signal_before_the_work_leaves_no_thread_asleep(self):
        self.assertEqual(self.run_alone(
            "import threading, torch; torch.set_num_threads(2); torch.relu(torch.ones(1 << 20))\n"
            "team, calls, ident, master = r._Team(), [], threading.get_ident, threading.get_ident()\n"
            "def signalled():\n"
            "    if ident() == master: calls.append(0)\n"
            "    if ident() == master and len(calls) == 2: raise KeyboardInterrupt\n"
            "    return ident()\n"
            "threading.get_ident = signalled\n"
            "team.sleep(lambda: print('not done'))\n"
            "print(len(calls))"), ["2"])

    def test_ranks_of_a_machine_share_its_processors(self):
        for ranks, expected in (("4", 1), ("8", 0), ("x", 7)):
            with mock.patch.dict(os.environ, LOCAL_WORLD_SIZE=ranks), mock.patch.object(record, "_processors", lambda: 8), \
                    mock.patch.object(record._Helpers, "_known", None):
                helpers = record._Helpers.instance()
                self.assertEqual(len(helpers.all) if helpers else 0, expected)
                if helpers:
                    helpers.end()

    def test_a_tensor_is_free_once_it_is_added_up(self):
        self.assertEqual(self.run_alone(
            "import gc, torch, weakref; torch.set_num_threads(2); torch.relu(torch.ones(1 << 20)); r.Kernel._instance = None\n"
            "gc.collect(); gc.disable()\n"
            "x = torch.ones(6 * r.CHUNK); w = weakref.ref(x); r._Summaries(torch).of(x); n = x.numpy(); v = weakref.ref(n); r.summarize(n)\n"
            "del x, n\n"
            "print(w() is None, v() is None, r._Helpers.instance() is None or r._Helpers.instance().team.parallel is not None)"),
            ["True", "True", "True"])

    def test_work_that_fails_under_sleeping_threads_says_so(self):
        import torch
        torch.relu(torch.ones(1 << 20))
        team = record._Team()
        self.assertIsNotNone(team.parallel)
        with self.assertRaises(BrokenPipeError):
            team.sleep(lambda: record._read(os.open(os.devnull, os.O_RDONLY), 1))
        done = []
        team.sleep(lambda: done.append(threading.get_ident()))
        self.assertEqual(done, [threading.get_ident()])


if __name__ == "__main__":
    unittest.main()
