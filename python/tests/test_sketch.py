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
            with open("/proc/self/maps") as file:
                self.assertNotIn("libgomp", file.read(), "there are threads, but they were not found")
            self.skipTest("PyTorch's threads are not OpenMP's here")
        if os.environ.get("OMP_THREAD_LIMIT") == "1" or os.environ.get("OMP_DYNAMIC", "false").lower() == "true":
            self.skipTest("OMP_THREAD_LIMIT or OMP_DYNAMIC leaves PyTorch one thread")
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
        # The other thread may come too late for a chunk.
        for _ in range(50):
            self.check()
            if len(threads) > 1:
                return
        self.fail("one thread has done all")

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

    def run_alone(self, program):
        """The program in a Python of its own, which has the recorder as r, and two threads of PyTorch's that have worked."""
        program = ("import sys; sys.path.insert(0, %r)\n" % os.path.dirname(HERE) +
                   "import os, signal, numpy, torch; torch.set_num_threads(2); torch.relu(torch.ones(1 << 20))\n"
                   "import ppyolo_record as r; r.Kernel._instance = None\n"
                   "x = numpy.arange(6 * r.CHUNK, dtype=numpy.float32); team = r._Team(); assert team.parallel\n"
                   "alone = [r._chunk(x[at:at + r.CHUNK], at) for at in range(0, x.size, r.CHUNK)]\n" + program)
        done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ""))
        return done.stdout.decode().split()

    def test_a_process_that_was_forked_has_no_team(self):
        self.assertEqual(self.run_alone(
            "child = os.fork()\n"
            "if child == 0:\n"
            "    signal.alarm(30)\n"
            "    for own in (team, r._Team.instance()): own.chunks(x)\n"
            "    os._exit(7)\n"
            "print(os.waitpid(child, 0)[1] >> 8)"), ["7"])

    def test_a_process_that_was_forked_before_it_has_the_recorder_has_no_team_and_one_that_was_spawned_has(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "ranks.py")
            with open(path, "w") as file:
                file.write("import sys, os, signal, multiprocessing as m\n"
                           "def show():\n"
                           "    import ppyolo_record as r; print(r._Team().parallel is not None, flush=True)\n"
                           "def rank():\n"
                           "    import torch; torch.set_num_threads(2); torch.relu(torch.ones(1 << 20)); sys.path.insert(0, %r)\n"
                           "    child = m.get_context('fork').Process(target=show); child.start(); child.join()\n"
                           "    child = os.fork()\n"
                           "    if child == 0:\n"
                           "        signal.alarm(30); show(); os._exit(0)\n"
                           "    os.waitpid(child, 0); show()\n"
                           "if __name__ == '__main__':\n"
                           "    spawned = m.get_context('spawn').Process(target=rank); spawned.start(); spawned.join()\n" % os.path.dirname(HERE))
            done = subprocess.run([sys.executable, path], stdout=subprocess.PIPE, timeout=60)
        self.assertEqual(done.stdout.split(), [b"False", b"False", b"True"])

    def test_the_team_is_as_large_as_pytorchs_on_any_thread(self):
        self.assertEqual(self.run_alone(
            "import threading; seen, chunk = set(), r._chunk\n"
            "def counted(*a): seen.add(threading.get_ident()); return chunk(*a)\n"
            "r._chunk = counted\n"
            "for threads in (1, 2):\n"
            "    torch.set_num_threads(threads); seen.clear()\n"
            "    for _ in range(50): team.chunks(x)\n"
            "    print(len(seen))\n"
            "torch.set_num_threads(1); seen.clear()\n"
            "other = threading.Thread(target=lambda: [team.chunks(x) for _ in range(50)]); other.start(); other.join()\n"
            "print(len(seen))"), ["1", "2", "1"])

    def test_the_team_is_looked_for_again_when_pytorch_has_come(self):
        program = ("import sys; sys.path.insert(0, %r); import ppyolo_record as r; a = r._Team.instance(); import torch; b = r._Team.instance()\n"
                   "print(b.parallel is not None, b is r._Team.instance())" % os.path.dirname(HERE))
        self.assertEqual(subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, timeout=60).stdout.split(), [b"True", b"True"])

    def test_what_a_signal_raises_arrives_as_it_is(self):
        # The window is where C calls Python: by timers it is met in a third of all signals.
        self.assertEqual(self.run_alone(
            "import random, collections\n"
            "class Late(Exception): pass\n"
            "def late(*_): raise Late\n"
            "signal.signal(signal.SIGALRM, late); found = collections.Counter(); y = x[:2 * r.CHUNK]; random.seed(1)\n"
            "for _ in range(100):\n"
            "    try:\n"
            "        signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-4, 0.01))\n"
            "        for _ in range(10000): team.chunks(y)\n"
            "    except BaseException as error: found[type(error).__name__] += 1\n"
            "print(*found.items(), numpy.array_equal(team.chunks(x), alone))"), ["('Late',", "100)", "True"])

    def test_python_may_end_meanwhile(self):
        self.assertEqual(self.run_alone(
            "class Last:\n"
            "    def __init__(self, *kept): self.kept = kept\n"
            "    def __del__(self): team, x, write = self.kept; write(1, b'%d' % len(team.chunks(x)))\n"
            "last = Last(team, x, os.write)"), ["6"])

    def test_a_tensor_is_free_after_an_error(self):
        self.assertEqual(self.run_alone(
            "import gc, weakref; gc.collect(); gc.disable()\n"
            "chunk = r._chunk\n"
            "def failing(values, start):\n"
            "    if start: raise MemoryError\n"
            "    return chunk(values, start)\n"
            "r._chunk = failing; y = x.copy(); w = weakref.ref(y)\n"
            "try: team.chunks(y)\n"
            "except MemoryError: pass\n"
            "del y; print(w() is None)"), ["True"])

    def test_a_tensor_is_free_once_it_is_added_up(self):
        self.assertEqual(self.run_alone(
            "import gc, weakref; gc.collect(); gc.disable()\n"
            "x = torch.ones(6 * r.CHUNK); w = weakref.ref(x); r._Summaries(torch).of(x); n = x.numpy(); v = weakref.ref(n); r.summarize(n)\n"
            "del x, n\n"
            "print(w() is None, v() is None, r._Team.instance().parallel is not None)"),
            ["True", "True", "True"])


if __name__ == "__main__":
    unittest.main()
