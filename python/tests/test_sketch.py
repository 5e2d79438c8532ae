"""The sketch against the vectors of fixtures/sketch, in C, in NumPy and in PyTorch's own operators."""
import concurrent.futures
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import unittest

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


class Team(unittest.TestCase):
    """PyTorch's OpenMP threads as they take a share of NumPy's sums."""

    def setUp(self):
        import torch
        self.addCleanup(torch.set_num_threads, torch.get_num_threads())
        torch.set_num_threads(2)
        torch.relu(torch.ones(1 << 20))
        self.team = record._Team()
        if self.team.parallel is None:
            self.skipTest("PyTorch's threads are not libgomp's here")
        self.values = make_vectors.stream_values("helpers", 19 * record.CHUNK + 77)
        self.values[[5, 3 * record.CHUNK]] = np.nan
        self.chunk = record._chunk
        self.addCleanup(setattr, record, "_chunk", self.chunk)
        self.alone = [record._chunk(self.values[at:at + record.CHUNK], at) for at in range(0, self.values.size, record.CHUNK)]

    def check(self):
        self.assertEqual(np.array(self.team.chunks(self.values)).tobytes(), np.array(self.alone).tobytes())

    def test_who_adds_up_changes_no_bit(self):
        threads = set()

        def chunk(*arguments):
            threads.add(threading.get_ident())
            return self.chunk(*arguments)
        record._chunk = chunk
        for _ in range(5):
            self.check()
        self.assertGreater(len(threads), 1)

    def test_several_threads_at_once(self):
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            for rows in pool.map(self.team.chunks, [self.values] * 6):
                self.assertEqual(np.array(rows).tobytes(), np.array(self.alone).tobytes())

    def test_what_goes_wrong_on_any_thread_is_said_and_the_next_tensor_is_right(self):
        master = threading.get_ident()
        for error, ours in ((KeyboardInterrupt, True), (MemoryError, False), (IndexError, False)):
            def chunk(*arguments):
                if (threading.get_ident() == master) == ours:
                    raise error
                return self.chunk(*arguments)
            record._chunk = chunk
            with self.assertRaises(error):
                # The other thread may come too late for a chunk.
                for _ in range(50):
                    self.team.chunks(self.values)
            record._chunk = self.chunk
            self.check()

    def test_no_more_threads_than_there_are_seats(self):
        threads = set()

        def chunk(*arguments):
            threads.add(threading.get_ident())
            return self.chunk(*arguments)
        record._chunk = chunk
        self.team.MOST = 1
        for _ in range(5):
            self.check()
            self.assertEqual(len(threads), 1)
            threads.clear()

    def run_alone(self, program, **environment):
        """The program in a Python of its own, which has the recorder as r, and two threads of PyTorch's that have worked."""
        program = ("import sys; sys.path.insert(0, %r)\n" % os.path.dirname(HERE) +
                   "import os, numpy, torch, ppyolo_record as r; torch.set_num_threads(2); torch.relu(torch.ones(1 << 20))\n"
                   "x = numpy.arange(6 * r.CHUNK, dtype=numpy.float32); team = r._Team()\n" + program)
        done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                              env=dict(os.environ, **environment))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode().split()

    def test_a_process_that_was_forked_has_no_team(self):
        self.assertEqual(self.run_alone(
            "child = os.fork()\n"
            "if child == 0:\n"
            "    for own in (team, r._Team.instance()): own.chunks(x)\n"
            "    os._exit(7)\n"
            "print(os.waitpid(child, 0)[1] >> 8)"), ["7"])

    def test_a_process_that_was_spawned_has_a_team_and_those_forked_from_it_have_none(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "ranks.py")
            with open(path, "w") as file:
                file.write("import sys, multiprocessing as m\n"
                           "def show(forks):\n"
                           "    import torch; sys.path.insert(0, %r)\n"
                           "    if forks: child = m.get_context('fork').Process(target=show, args=(False,)); child.start(); child.join()\n"
                           "    import ppyolo_record as r; print(r._Team().parallel is not None, flush=True)\n"
                           "if __name__ == '__main__':\n"
                           "    rank = m.get_context('spawn').Process(target=show, args=(True,)); rank.start(); rank.join()\n" % os.path.dirname(HERE))
            done = subprocess.run([sys.executable, path], stdout=subprocess.PIPE, timeout=60)
        self.assertEqual(done.stdout.split(), [b"False", b"True"])

    def test_the_team_is_as_large_as_pytorchs(self):
        self.assertEqual(self.run_alone(
            "import threading; seen, chunk = set(), r._chunk\n"
            "def counted(*a): seen.add(threading.get_ident()); return chunk(*a)\n"
            "r._chunk = counted; torch.set_num_threads(1); team.chunks(x); print(len(seen))\n"), ["1"])

    def test_a_signal_before_the_work_is_not_lost(self):
        # As a signal's handler does it: an exception at the beginning of the function that C calls.
        self.assertEqual(self.run_alone(
            "def trace(frame, event, _):\n"
            "    if frame.f_code.co_name == 'member': sys.settrace(None); raise KeyboardInterrupt\n"
            "sys.settrace(trace)\n"
            "try: team.chunks(x)\n"
            "except KeyboardInterrupt: print('interrupted')\n"
            "sys.settrace(None); print(numpy.array_equal(team.chunks(x), [r._chunk(x[at:at + r.CHUNK], at) for at in range(0, x.size, r.CHUNK)]))"),
            ["interrupted", "True"])

    def test_a_tensor_is_free_once_it_is_added_up(self):
        self.assertEqual(self.run_alone(
            "import gc, weakref; r.Kernel._instance = None\n"
            "gc.collect(); gc.disable()\n"
            "x = torch.ones(6 * r.CHUNK); w = weakref.ref(x); r._Summaries(torch).of(x); n = x.numpy(); v = weakref.ref(n); r.summarize(n)\n"
            "del x, n\n"
            "print(w() is None, v() is None, r._Team.instance().parallel is not None)"),
            ["True", "True", "True"])


if __name__ == "__main__":
    unittest.main()
