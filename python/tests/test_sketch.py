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
        self.values = make_vectors.stream_values("team", 19 * record.CHUNK + 77)
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

    # Programs for a Python of their own, which has the recorder as r, six chunks as x, and two threads of PyTorch's that have worked.
    ALONE = {
        "size": """
import threading
seen, chunk = set(), r._chunk
def counted(*a):
    seen.add(threading.get_ident())
    return chunk(*a)
r._chunk = counted
def rounds():
    seen.clear()
    for _ in range(50):
        team.chunks(x)
    found.append(len(seen))
for threads in (1, 2):
    torch.set_num_threads(threads)
    rounds()
torch.set_num_threads(1)
other = threading.Thread(target=rounds)
other.start(); other.join()
torch.set_num_threads(2)
r._chunk = chunk
""",
        "signals": """
import random
class Late(Exception):
    pass
def late(*_):
    raise Late
before = signal.signal(signal.SIGALRM, late)
y = x[:2 * r.CHUNK]
random.seed(1)
for _ in range(100):
    try:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-4, 0.01))
        for _ in range(10000):
            team.chunks(y)
    except BaseException as error:
        if type(error).__name__ not in found:
            found.append(type(error).__name__)
signal.signal(signal.SIGALRM, before)
found.append(numpy.array_equal(team.chunks(x), alone))
""",
        "free": """
y = torch.ones(6 * r.CHUNK)
w = weakref.ref(y)
r._Summaries(torch).of(y)
n = y.numpy()
v = weakref.ref(n)
r.summarize(n)
del y, n
found.extend([w() is None, v() is None])
""",
        "free after an error": """
chunk = r._chunk
def failing(values, start):
    if start:
        raise MemoryError
    return chunk(values, start)
r._chunk, y = failing, x.copy()
w = weakref.ref(y)
try:
    team.chunks(y)
except MemoryError:
    found.append("MemoryError")
r._chunk = chunk
del y
found.append(w() is None)
""",
        "forked": """
child = os.fork()
if child == 0:
    signal.alarm(30)
    for own in (team, r._Team.instance()):
        own.chunks(x)
    os._exit(7)
found.append(os.waitpid(child, 0)[1] >> 8)
""",
        "end": """
class Last:
    def __init__(self, *kept):
        self.kept = kept
    def __del__(self):
        team, x, write = self.kept
        write(1, b'%d' % len(team.chunks(x)))
last = Last(team, x, os.write)
""",
    }

    @classmethod
    def setUpClass(cls):
        program = ("import sys; sys.path.insert(0, %r)\n"
                   "import gc, json, os, signal, weakref, numpy, torch; torch.set_num_threads(2); torch.relu(torch.ones(1 << 20))\n"
                   "import ppyolo_record as r; r.Kernel._instance = None\n"
                   "x = numpy.arange(6 * r.CHUNK, dtype=numpy.float32); team = r._Team.instance()\n"
                   "alone = [r._chunk(x[at:at + r.CHUNK], at) for at in range(0, x.size, r.CHUNK)]\n"
                   "for name, code in %r.items():\n"
                   "    found = []; gc.collect(); gc.disable(); exec(code); gc.enable(); print(json.dumps([name, found]), flush=True)\n"
                   % (os.path.dirname(HERE), cls.ALONE))
        done = subprocess.run([sys.executable, "-W", "ignore::DeprecationWarning", "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        *lines, cls.at_end = done.stdout.decode().split("\n")
        cls.alone_found, cls.errors = dict(map(json.loads, lines)), (done.returncode, done.stderr.decode())

    def test_nothing_is_said_and_python_may_end_meanwhile(self):
        self.assertEqual(self.errors, (0, ""))
        self.assertEqual(self.at_end, "6")

    def test_the_team_is_as_large_as_pytorchs_on_any_thread(self):
        self.assertEqual(self.alone_found["size"], [1, 2, 1])

    def test_what_a_signal_raises_arrives_as_it_is(self):
        # A third of these signals come while C calls the function, outside of its "try".
        self.assertEqual(self.alone_found["signals"], ["Late", True])

    def test_a_tensor_is_free_once_it_is_added_up(self):
        self.assertEqual(self.alone_found["free"], [True, True])

    def test_a_tensor_is_free_after_an_error(self):
        self.assertEqual(self.alone_found["free after an error"], ["MemoryError", True])

    def test_a_process_that_was_forked_has_no_team(self):
        self.assertEqual(self.alone_found["forked"], [7])

    def test_the_team_is_looked_for_again_when_pytorch_has_come(self):
        program = ("import sys; sys.path.insert(0, %r); import ppyolo_record as r; a = r._Team.instance(); import torch; b = r._Team.instance()\n"
                   "print(b.parallel is not None, b is r._Team.instance())" % os.path.dirname(HERE))
        self.assertEqual(subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, timeout=60).stdout.split(), [b"True", b"True"])

    def test_a_process_that_was_forked_before_it_has_the_recorder_has_no_team_and_one_that_was_spawned_has(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "ranks.py")
            with open(path, "w") as file:
                file.write("import sys, os, signal, multiprocessing as m\n"
                           "def show():\n"
                           "    import ppyolo_record as r; print(r._Team().parallel is not None, flush=True)\n"
                           "def rank():\n"
                           "    import torch; torch.set_num_threads(2); torch.relu(torch.ones(1 << 20)); sys.path.insert(0, %r)\n"
                           "    child = m.get_context('fork').Process(target=show); child.start(); child.join(30); child.kill()\n"
                           "    child = os.fork()\n"
                           "    if child == 0:\n"
                           "        signal.alarm(30); show(); os._exit(0)\n"
                           "    os.waitpid(child, 0); show()\n"
                           "if __name__ == '__main__':\n"
                           "    spawned = m.get_context('spawn').Process(target=rank); spawned.start(); spawned.join()\n" % os.path.dirname(HERE))
            done = subprocess.run([sys.executable, path], stdout=subprocess.PIPE, timeout=60)
        self.assertEqual(done.stdout.split(), [b"False", b"False", b"True"])


if __name__ == "__main__":
    unittest.main()
