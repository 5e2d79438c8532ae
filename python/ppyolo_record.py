"""Records what a training computes, so that `ppyolo explain` can compare it with another.

    import ppyolo_record
    recorder = ppyolo_record.watch(model, optimizer, "theirs", ema=ema)
    for images, boxes in loader:
        recorder.batch(image=images, gt_bbox=boxes)      # before the forward pass
        losses = model(images, boxes)
        recorder.losses(**losses)                        # before backward
        sum(losses.values()).backward()
        optimizer.step()
        ema.update(model)
        recorder.step()                                  # after optimizer and average
    recorder.close()

The folder "theirs" is then a record: start and end weights, each rank's batches, losses, and one trace for each
iteration and rank. A trace keeps of every tensor its norm, mean, largest magnitude and 64 signed sums; `full` names
tensors that are kept whole. docs/trace.md describes every file.

Needs Python 3.8, NumPy, and PyTorch 1.10 or newer for `watch`. `Record` alone needs NumPy only, and serves any framework.
"""
import collections
import contextlib
import ctypes
import fnmatch
import functools
import hashlib
import json
import math
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import types
import weakref
import zipfile

import numpy as np

__all__ = ["Record", "Recorder", "Summary", "perturb", "summarize", "watch"]
__version__ = "1.0.0"

STRIPES = 64
CHUNK = 1 << 18
CALL = 512 * STRIPES
UNFINISHED = "unfinished.txt"
PHASES = ("start", "data", "forward", "buffers", "loss", "backward", "gradient", "reduction", "schedule", "momentum",
          "weights", "ema", "end")


class RecordError(Exception):
    """The recorder was used wrongly, or its folder cannot be written."""


# ---------------------------------------------------------------------------------------------------------------------
# The sketch: which bits, which sums
# ---------------------------------------------------------------------------------------------------------------------

def stream_key(name):
    """The 64-bit FNV-1a hash of a name in UTF-8: the key of the stream of that name."""
    key = 0xCBF29CE484222325
    for octet in name.encode("utf-8"):
        key = ((key ^ octet) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return key


SIGN_KEY = stream_key("sketch/striped")


def stream_bits(key, start, count):
    """Elements start to start + count - 1 of a stream, as uint64: SplitMix64's output function over a counter."""
    with np.errstate(over="ignore"):
        z = np.uint64(key) + (np.arange(start, start + count, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def signs(start, count):
    """The signs of elements start (a multiple of 64) to start + count - 1: -1 where bit j of word k is set for element 64 k + j."""
    words = stream_bits(SIGN_KEY, start // STRIPES, -(-count // STRIPES))
    bits = np.unpackbits(words.astype("<u8").view(np.uint8), bitorder="little")[:count]
    return (1 - 2 * bits.astype(np.int8)).astype(np.int8)


class Summary:
    """What a trace keeps of a tensor: norm, mean, largest magnitude, elements that are not finite, and 64 signed sums."""

    __slots__ = ("l2", "mean", "abs_max", "non_finite", "sums")

    def __init__(self, l2, mean, abs_max, non_finite, sums):
        self.l2, self.mean, self.abs_max, self.non_finite, self.sums = l2, mean, abs_max, non_finite, sums

    @staticmethod
    def of_number(value):
        """A tensor of one element: its sketch is the number itself, without a sign."""
        value = float(value)
        sums = np.zeros(STRIPES)
        sums[0] = value
        return Summary(abs(value), value, abs(value), 0 if np.isfinite(value) else 1, sums)


def summarize(array):
    """Summarizes a NumPy array in C order, as float32."""
    array = np.asarray(array)
    if array.size == 1:
        return Summary.of_number(array.reshape(()).astype(np.float64))
    values = np.ascontiguousarray(array, dtype=np.float32).reshape(-1)
    kernel = Kernel.instance()
    if kernel is not None:
        return kernel.run(values.ctypes.data, values.size)
    return _of_chunks(np.reshape(_Team.instance().chunks(values), (-1, STRIPES + 4)), values.size)


def _of_chunks(rows, count):
    # Along the first axis NumPy adds row after row: the result does not depend on who made which. It starts with the first row, not
    # with zero, and 0.0 makes zero of what is minus zero then.
    all_ = np.add.reduce(rows, axis=0) + 0.0
    total, squares, _, non_finite = all_[STRIPES:].tolist()
    largest = float("nan") if non_finite else rows[:, STRIPES + 2].max(initial=0).item()
    return Summary(math.sqrt(squares), total / max(1, count), largest, int(non_finite), all_[:STRIPES])


def _chunk(values, start):
    """A row: 64 sums, total, squares, largest magnitude, elements that are not finite."""
    count, blocks = values.size, -(-values.size // CALL)
    words = CALL // STRIPES if blocks > 1 else -(-count // STRIPES)
    padded = blocks * words * STRIPES
    row = np.empty(STRIPES + 4)
    # Memory that is asked for anew comes from the system, which zeroes it, and takes longer than the sums.
    memory = _take(_free)
    memory = np.empty(CHUNK) if memory is None else memory
    with np.errstate(invalid="ignore", over="ignore"):
        if count < padded:
            values = np.concatenate([values, np.zeros(padded - count, np.float32)])
        # A word's elements of all blocks side by side: NumPy adds up long rows twice as quickly as rows of 64, in the same order.
        wide = memory[:padded].reshape(words, blocks, STRIPES)
        np.copyto(wide, values.reshape(blocks, words, STRIPES).transpose(1, 0, 2))
        # Not before: what is written waits for memory less than what is only read.
        largest = max(-float(values.min()), float(values.max()))
        row[STRIPES + 3] = 0 if math.isfinite(largest) else padded - np.isfinite(values).sum()
        row[STRIPES + 2] = 0 if row[STRIPES + 3] else largest
        # Not by np.dot, as quick as it is: it wakes threads of its own, and in pieces two threads take as long as one.
        row[STRIPES], row[STRIPES + 1] = wide.sum(), np.einsum("wbs,wbs->bs", wide, wide).sum()
        # One walk: the signs become float64 in small pieces on the way. Times 1 or -1 is exact, so that only the order of the words counts.
        sums = np.einsum("wbs,wbs->bs", wide, _chunk_signs(start)[:words, :blocks], dtype=np.float64)
        np.add.reduce(sums, axis=0, out=row[:STRIPES])
    _free.appendleft(memory)
    return row


_free = collections.deque(maxlen=16)


def _take(queue):
    """The first in a queue, or None: to look first would not do, as another thread may be quicker."""
    with contextlib.suppress(IndexError):
        return queue.popleft()
    return None


def _chunk_signs(start):
    # 256 chunks are 64 MB: the maps of most networks.
    return (_known_signs if start < 256 * CHUNK else _known_signs.__wrapped__)(start)


@functools.lru_cache(maxsize=256)
def _known_signs(start):
    return np.ascontiguousarray(signs(start, CHUNK).reshape(-1, CALL // STRIPES, STRIPES).transpose(1, 0, 2))


class _Team:
    """The training's own OpenMP threads, which take a share of NumPy's sums: as many as PyTorch computes on.

    Threads of our own would compete with PyTorch's, which wait for the next operator by spinning, for milliseconds."""

    FUNCTION = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
    # More of them wait for each other at Python's lock.
    MOST = 8
    forked, _known = False, None

    @classmethod
    def instance(cls):
        if cls._known is None or cls._known.torch is not sys.modules.get("torch"):
            cls._known = cls()
        return cls._known

    @classmethod
    def fork(cls):
        """In a new process, which does not have the threads: a call would wait for them."""
        cls.forked, cls._known = True, None

    def __init__(self):
        self.torch, self.parallel = sys.modules.get("torch"), None
        with contextlib.suppress(OSError, AttributeError, MemoryError, ValueError, IndexError, StopIteration):
            with open("/proc/self/stat") as file:
                # The kernel's flag of a process that was forked and has begun no program since.
                if self.forked or int(file.read().rpartition(")")[2].split()[6]) & 0x40:
                    return
            with open("/proc/self/maps", errors="surrogateescape") as file:
                paths = {line.rstrip("\n").split(None, 5)[-1] for line in file if ".so" in line}
            # PyTorch's own, which it is linked with, before any other that some package brought. Intel's has the function, too.
            path = next(path for name in ("libtorch_cpu.so", "libgomp") for path in sorted(paths) if os.path.basename(path).startswith(name))
            parallel = ctypes.CDLL(path).GOMP_parallel
            parallel.argtypes = [self.FUNCTION, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint]
            parallel.restype = None
            # Where no memory may be executed there are no such functions.
            self.FUNCTION(lambda _: None)
            self.parallel = parallel

    def chunks(self, values):
        """The row of each chunk, in order. Who makes which changes no bit."""
        starts = range(0, values.size, CHUNK)
        rows = [None] * len(starts)
        # While Python ends, threads that ask for its lock are ended, and the others would wait for them.
        if self.parallel is not None and len(rows) > 1 and not self.forked and not sys.is_finalizing():
            self._share(values, starts, rows)
        return [_chunk(values[start:start + CHUNK], start) if row is None else row for start, row in zip(starts, rows)]

    def _share(self, values, starts, rows):
        todo, seats, came, failed = collections.deque(range(len(rows))), collections.deque(range(self.MOST)), set(), []

        def member(_):
            try:
                came.add(threading.get_ident())
                index = None if _take(seats) is None else _take(todo)
                while index is not None:
                    rows[index] = _chunk(values[starts[index]:starts[index] + CHUNK], starts[index])
                    index = _take(todo)
            except BaseException as error:  # It must not leave a function that C called.
                fail(error)

        def fail(error):
            failed.append(error)
            todo.clear()

        with _signalled(member, fail):
            # OpenMP's own number is each thread's, and PyTorch sets it late. With 0 it takes all threads that this one has: it ends those
            # that a smaller team does not need.
            count = self.torch.get_num_threads() if self.torch else 0
            self.parallel(self.FUNCTION(member), None, count if count <= self.MOST else 0, 0)
        if not failed and threading.get_ident() not in came:
            # Something ended it before its "try", and C printed and dropped the reason: on the main thread what a signal's handler raised.
            failed.append(KeyboardInterrupt() if threading.current_thread() is threading.main_thread() else
                          RecordError("a tensor could not be added up: the function that does it did not begin; standard error says why"))
        if failed:
            # An interrupt before what it led to. Nothing keeps the error, which knows the tensor.
            error = next((error for error in failed if not isinstance(error, Exception)), failed[0])
            failed.clear()
            try:
                raise error
            finally:
                del error


@contextlib.contextmanager
def _signalled(function, fail):
    """Hands to `fail` what a signal's handler raises in a function that C calls, before or after its "try": C would print and drop it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    hook = sys.unraisablehook

    def dropped(unraisable):
        # From Python 3.13 on the function is in the text alone.
        if unraisable.object is function or repr(function) in (unraisable.err_msg or ""):
            fail(unraisable.exc_value or unraisable.exc_type())
        else:
            hook(unraisable)
    sys.unraisablehook = dropped
    try:
        yield
    finally:
        sys.unraisablehook = hook


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_Team.fork)


def _processors():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


KERNEL = r"""
#include <stdint.h>
#include <string.h>
#include <math.h>
#if defined(__AVX2__) && defined(__FMA__) && !defined(__AVX512F__)
#include <immintrin.h>
#define BY_HAND
#endif
#define CHUNK 262144
#define WORDS 512
#define ROWS 8
static uint64_t word(uint64_t key, uint64_t index) {
    uint64_t z = key + (index + 1) * 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}
/* Adds rows of 64 elements, one word of signs for each, to 64 signed sums, 64 sums and 64 sums of squares. */
static uint32_t add(const float *x, const uint64_t *words, int64_t rows, double *s, double *t, double *q, uint32_t largest) {
#ifdef BY_HAND
    /* Eight columns at a time, so that their sums stay in registers; compilers keep all 192 in memory. The next rows are
       fetched early, as the processor does not do that beyond a page. Together a quarter to a third less time. The square of
       a float has 48 bits: to round it or not before it is added is the same. */
    const __m128i magnitude = _mm_set1_epi32(0x7FFFFFFF);
    const __m256d sign = _mm256_set1_pd(-0.0);
    __m128i most = _mm_set1_epi32((int)largest);
    for (int j = 0; j < 64; j += 8) {
        __m256i left = _mm256_set_epi64x(60 - j, 61 - j, 62 - j, 63 - j), right = _mm256_sub_epi64(left, _mm256_set1_epi64x(4));
        __m256d s0 = _mm256_loadu_pd(s + j), s1 = _mm256_loadu_pd(s + j + 4);
        __m256d t0 = _mm256_loadu_pd(t + j), t1 = _mm256_loadu_pd(t + j + 4);
        __m256d q0 = _mm256_loadu_pd(q + j), q1 = _mm256_loadu_pd(q + j + 4);
        for (int64_t k = 0; k < rows; k++) {
            const float *b = x + 64 * k + j;
            __m256i w = _mm256_set1_epi64x((long long)words[k]);
            __m128 f0 = _mm_loadu_ps(b), f1 = _mm_loadu_ps(b + 4);
            __m256d v0 = _mm256_cvtps_pd(f0), v1 = _mm256_cvtps_pd(f1);
            __m256d w0 = _mm256_castsi256_pd(_mm256_sllv_epi64(w, left)), w1 = _mm256_castsi256_pd(_mm256_sllv_epi64(w, right));
            _mm_prefetch((const char *)(b + 64 * ROWS), _MM_HINT_T0);
            most = _mm_max_epu32(most, _mm_and_si128(_mm_castps_si128(f0), magnitude));
            most = _mm_max_epu32(most, _mm_and_si128(_mm_castps_si128(f1), magnitude));
            s0 = _mm256_add_pd(s0, _mm256_xor_pd(v0, _mm256_and_pd(sign, w0)));
            s1 = _mm256_add_pd(s1, _mm256_xor_pd(v1, _mm256_and_pd(sign, w1)));
            t0 = _mm256_add_pd(t0, v0); t1 = _mm256_add_pd(t1, v1);
            q0 = _mm256_fmadd_pd(v0, v0, q0); q1 = _mm256_fmadd_pd(v1, v1, q1);
        }
        _mm256_storeu_pd(s + j, s0); _mm256_storeu_pd(s + j + 4, s1);
        _mm256_storeu_pd(t + j, t0); _mm256_storeu_pd(t + j + 4, t1);
        _mm256_storeu_pd(q + j, q0); _mm256_storeu_pd(q + j + 4, q1);
    }
    uint32_t of[4];
    _mm_storeu_si128((__m128i *)of, most);
    for (int i = 0; i < 4; i++) largest = largest > of[i] ? largest : of[i];
#else
    for (int64_t k = 0; k < rows; k++) {
        const float *b = x + 64 * k;
        uint64_t w = words[k];
        for (int j = 0; j < 64; j++) {
            uint32_t bits;
            memcpy(&bits, b + j, 4);
            bits &= 0x7FFFFFFFu;
            largest = largest > bits ? largest : bits;
            double v = b[j], signedv;
            uint64_t u;
            memcpy(&u, &v, 8);
            u ^= (w << (63 - j)) & 0x8000000000000000ull;
            memcpy(&signedv, &u, 8);
            s[j] += signedv; t[j] += v; q[j] += v * v;
        }
    }
#endif
    return largest;
}
/* out: 64 sums, total, squares, largest magnitude, elements that are not finite */
static void one(const float *x, int64_t start, int64_t count, uint64_t key, double *out) {
    uint64_t words[WORDS];
    uint32_t largest = 0;
    double total = 0, squares = 0;
    for (int j = 0; j < 64; j++) out[j] = 0;
    for (int64_t at = 0; at < count; at += WORDS * 64) {
        int64_t left = count - at, whole = left >= WORDS * 64 ? WORDS : left / 64, rest = whole == WORDS ? 0 : left % 64;
        const float *b = x + start + at;
        double s[64] = {0}, t[64] = {0}, q[64] = {0};
        for (int64_t k = 0; k < whole + (rest > 0); k++) words[k] = word(key, (uint64_t)((start + at) / 64 + k));
        for (int64_t k = 0; k < whole; k += ROWS)
            largest = add(b + 64 * k, words + k, whole - k < ROWS ? whole - k : ROWS, s, t, q, largest);
        if (rest) {
            float last[64] = {0};
            memcpy(last, b + 64 * whole, (size_t)rest * sizeof(float));
            largest = add(last, words + whole, 1, s, t, q, largest);
        }
        for (int j = 0; j < 64; j++) { out[j] += s[j]; total += t[j]; squares += q[j]; }
    }
    float m; memcpy(&m, &largest, 4);
    out[64] = total; out[65] = squares; out[66] = m; out[67] = 0;
    if (largest >= 0x7F800000u)
        for (int64_t i = 0; i < count; i++) { uint32_t b; memcpy(&b, x + start + i, 4); out[67] += (b & 0x7F800000u) == 0x7F800000u; }
}
void ppyolo_summarize(const float *x, int64_t count, uint64_t key, double *chunks, int threads) {
    int64_t n = (count + CHUNK - 1) / CHUNK;
    #pragma omp parallel for num_threads(threads) schedule(static) if(n > 1)
    for (int64_t i = 0; i < n; i++)
        one(x, i * CHUNK, count - i * CHUNK < CHUNK ? count - i * CHUNK : CHUNK, key, chunks + 68 * i);
}
"""


class Kernel:
    """The sketch in C, compiled on first use and kept, a quarter of the cost of NumPy's. PPYOLO_RECORD_KERNEL=0 leaves it out."""

    _instance = False

    @classmethod
    def instance(cls):
        """The kernel, or None where there is no compiler."""
        if cls._instance is False:
            cls._instance = cls._load()
        return cls._instance

    @classmethod
    def _load(cls):
        compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if os.environ.get("PPYOLO_RECORD_KERNEL") == "0" or not compiler:
            return None
        name = "ppyolo_record_" + hashlib.sha256((KERNEL + platform.machine() + platform.processor() + _flags()).encode()).hexdigest()[:16] + ".so"
        folder = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache"), "ppyolo_record")
        path = os.path.join(folder, name)
        try:
            if not os.path.exists(path):
                os.makedirs(folder, exist_ok=True)
                cls._compile(compiler, folder, path)
            return cls(ctypes.CDLL(path))
        except (OSError, subprocess.SubprocessError):
            return None

    @staticmethod
    def _compile(compiler, folder, path):
        with tempfile.TemporaryDirectory(dir=folder) as work:
            source, built = os.path.join(work, "kernel.c"), os.path.join(work, "kernel.so")
            with open(source, "w") as file:
                file.write(KERNEL)
            # No -ffast-math: the order of the sums is part of the format.
            for extra in (["-march=native", "-fopenmp"], ["-fopenmp"], []):
                done = subprocess.run([compiler, "-O3", "-shared", "-fPIC", *extra, source, "-o", built, "-lm"],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
                if done.returncode == 0:
                    os.replace(built, path)
                    return
        raise OSError("the compiler refused the kernel")

    def __init__(self, library):
        self._call = library.ppyolo_summarize
        self._call.argtypes = [ctypes.c_void_p, ctypes.c_int64, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_int]
        self._call.restype = None
        self.threads = _processors()

    def run(self, address, count):
        rows = np.zeros((-(-count // CHUNK), STRIPES + 4))
        self._call(address, count, SIGN_KEY, rows.ctypes.data, self.threads)
        return _of_chunks(rows, count)


def _flags():
    """What of this processor a compiled kernel depends on; a home folder may be shared by machines."""
    with contextlib.suppress(OSError):
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith(("flags", "Features")):
                    return line
    return platform.platform()


# ---------------------------------------------------------------------------------------------------------------------
# The record folder: NumPy in, files out, for any framework
# ---------------------------------------------------------------------------------------------------------------------

def write_npz(path, arrays):
    """Writes arrays to an .npz file, beside its name and then renamed. Names may be anything, unlike numpy.savez's."""
    beside = "%s.%d.tmp" % (path, os.getpid())
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for name, array in arrays.items():
                with archive.open(zipfile.ZipInfo(name + ".npy"), "w", force_zip64=True) as entry:
                    array = np.asarray(array)
                    # ascontiguousarray would make a vector of a scalar.
                    np.lib.format.write_array(entry, array if array.ndim == 0 else np.ascontiguousarray(array), allow_pickle=False)
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(beside)
        raise


def write_json(path, value):
    """Writes JSON, beside its name and then renamed."""
    beside = "%s.%d.tmp" % (path, os.getpid())
    with open(beside, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
    os.replace(beside, path)


class Record:
    """A record folder that is being written: give it the tensors of an iteration, then call `end_iteration`.

    `add` takes NumPy arrays or numbers. Phases come in their order: start (iteration 0 alone), data, forward, buffers,
    loss, backward, gradient, reduction (several ranks), schedule, momentum, weights, ema.
    """

    def __init__(self, folder, rank=0, ranks=1, full=()):
        self.folder, self.rank, self.ranks, self.full = folder, rank, ranks, tuple(full)
        if rank == 0 and os.path.isdir(folder) and os.listdir(folder):
            raise RecordError("%s: a record goes into a new or empty folder, and this one has something in it; name another or remove it first" % folder)
        os.makedirs(folder, exist_ok=True)
        if rank == 0:
            with open(os.path.join(folder, UNFINISHED), "w") as file:
                file.write("A run is being recorded here, or died while it was: this folder is no record yet. This file goes when case.json comes.\n")
        self.iteration = 0
        self.traced = []
        self.phases = None
        self.modules = self.gradients = None
        self.losses = []
        self._batches = False
        self._weights = []
        self._entries = {}

    def keeps_whole(self, phase, name):
        """Whether a tensor is kept whole: a pattern of `full` fits its name, or "phase:name"."""
        return any(fnmatch.fnmatchcase(name, pattern) or fnmatch.fnmatchcase(phase + ":" + name, pattern) for pattern in self.full)

    def add(self, phase, name, value):
        """Adds a tensor or number to this iteration."""
        array = np.asarray(value)
        self.add_summary(phase, name, array.shape if array.size != 1 or array.ndim else (), summarize(array),
                         array.copy() if array.ndim and self.keeps_whole(phase, name) else None)

    def add_summary(self, phase, name, shape, summary, whole=None):
        """Adds a tensor that was summarized already."""
        if phase not in PHASES:
            raise RecordError("phase '%s': expected one of %s" % (phase, ", ".join(PHASES)))
        if (phase, name) in self._entries:
            raise RecordError("iteration %d: '%s %s' is recorded twice" % (self.iteration, phase, name))
        self._entries[phase, name] = (tuple(int(extent) for extent in shape), summary, whole)

    def batch(self, arrays):
        """Writes this rank's batch with its losses."""
        write_npz(os.path.join(self.folder, "batch%05d_rank%02d.npz" % (self.iteration, self.rank)), arrays)
        self._batches = True

    def weights(self, name, arrays):
        """Writes weights: 000 (start), 1__ (end, the average), 1__raw (end, as trained), 1__momentum."""
        if self.rank == 0:
            write_npz(os.path.join(self.folder, name + ".npz"), arrays)
            self._weights.append(name)

    def end_iteration(self, losses=None, rate=None, size=0, trace=True):
        """Writes the iteration's trace and notes its losses."""
        if trace and self._entries:
            self._write_trace()
            self.traced.append(self.iteration)
        if losses:
            self.losses.append({"iteration": self.iteration, "size": int(size), "learningRate": float(rate or 0.0),
                                "losses": {name: float(value) for name, value in losses.items()}})
        self._entries = {}
        self.iteration += 1

    def close(self, environment=None):
        """Writes case.json, and with it makes the folder a record. Call it on rank 0 when every rank has ended."""
        if self.rank != 0:
            return
        if self.losses:
            write_json(os.path.join(self.folder, "losses.json"), {"version": 1, "iterations": self.losses})
        if environment:
            write_json(os.path.join(self.folder, "environment.json"), {name: str(value) for name, value in environment.items()})
        write_json(os.path.join(self.folder, "case.json"), self.case())
        os.remove(os.path.join(self.folder, UNFINISHED))

    def case(self):
        """What case.json says: the run's extent, and what was recorded of it."""
        recorded = {"batches": self._batches, "losses": len(self.losses) == self.iteration > 0, "weights": self._weights,
                    "trace": [phase for phase in PHASES if phase in (self.phases or ())]}
        if recorded["trace"] and self.traced != list(range(self.iteration)):
            recorded["iterations"] = self.traced
        for name, watched in (("modules", self.modules), ("gradients", self.gradients)):
            if watched is not None:
                recorded[name] = sorted(watched)
        case = {"format": "ppyolo-record", "version": 2, "seed": "0", "iterations": self.iteration, "ranks": self.ranks, "recorded": recorded}
        if "000" in self._weights:
            case["startWeights"] = "000.npz"
        return case

    def _write_trace(self):
        entries = sorted(self._entries.items(), key=lambda item: PHASES.index(item[0][0]))
        # A phase is declared that every iteration has; the start is in the first alone.
        found = {key[0] for key, _ in entries}
        self.phases = found if self.phases is None else self.phases & (found | {"start"})
        index = [{"phase": key[0], "name": key[1], "shape": list(value[0])} for key, value in entries]
        summaries = [value[1] for _, value in entries]
        arrays = {
            "index": np.frombuffer(json.dumps({"version": 2, "entries": index}).encode("utf-8"), dtype=np.uint8),
            "statistics": np.array([[s.l2, s.mean, s.abs_max, s.non_finite] for s in summaries], dtype=np.float64).reshape(-1, 4),
            "sketch": np.array([s.sums for s in summaries], dtype=np.float64).reshape(-1, STRIPES),
        }
        for (phase, name), (_, _, whole) in entries:
            if whole is not None:
                arrays["full/%s/%s" % (phase.capitalize(), name)] = whole
        write_npz(os.path.join(self.folder, "trace%05d_rank%02d.npz" % (self.iteration, self.rank)), arrays)


# ---------------------------------------------------------------------------------------------------------------------
# PyTorch
# ---------------------------------------------------------------------------------------------------------------------

def _system():
    """On Linux as .NET has it, so that two programs on one machine say the same."""
    with contextlib.suppress(OSError):
        with open("/etc/os-release", encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.startswith("PRETTY_NAME="):
                    return line.partition("=")[2].strip().strip("\"'")
    return platform.platform()


def _processor():
    """As TorchSharp's records have it, but for a container's quota of cores, which .NET looks at."""
    machine = platform.machine()
    name = {"x86_64": "X64", "amd64": "X64", "aarch64": "Arm64", "arm64": "Arm64"}.get(machine.lower(), machine)
    flags = _flags().split()
    bits = ", vectors of %d bits" % (256 if "avx2" in flags else 128) if name == "Arm64" or "sse2" in flags else ""
    return "%s, %d cores%s" % (name, _processors(), bits)


def watch(model, optimizer, folder, ema=None, full=(), iterations=None, modules=("*",), audit=True):
    """Watches a model and its optimizer, and writes a record.

    model       any torch.nn.Module; the `module.` of DataParallel and DistributedDataParallel is taken off.
    optimizer   a torch.optim.Optimizer, or a list of them.
    folder      where the record goes: new or empty. Every rank gives the same, on a file system that all see.
    ema         the moving average: a module, an object with .ema, .module or .shadow, a dictionary of tensors, or a
                function that returns one. None where there is none.
    full        patterns of tensors that are kept whole: "backbone.*", or "gradient:head.*" with the phase in front.
    iterations  which iterations are traced: a range or any container of numbers; None is all.
    modules     patterns of the modules whose outputs and gradients are traced.
    audit       whether the generators' states are hashed at each phase.

    Nothing that the training computes changes by a bit.
    """
    return Recorder(model, optimizer, folder, ema, full, iterations, modules, audit)


def perturb(model, twin=1):
    """Changes every weight about its last bit, before `watch`: how far such a run is from the right one is noise, and no more.

    `ppyolo explain theirs ours --noise twin` measures it, where twin is the record of such a run. Other numbers give other twins.
    """
    import torch
    random_numbers = np.random.RandomState(twin)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.is_floating_point():
                share = torch.finfo(parameter.dtype).eps * torch.from_numpy(np.asarray(random_numbers.uniform(-1, 1, tuple(parameter.shape))))
                parameter.copy_(parameter.double() * (1 + share.to(parameter.device)))


class Recorder:
    """What `watch` returns. Per iteration: batch, losses, step; at the end: close."""

    def __init__(self, model, optimizer, folder, ema, full, iterations, modules, audit):
        import torch
        self.torch = torch
        while isinstance(model, (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)):
            model = model.module
        self.model = model
        self.optimizers = list(optimizer) if isinstance(optimizer, (list, tuple)) else [optimizer]
        distributed = torch.distributed.is_available() and torch.distributed.is_initialized()
        self.rank, self.ranks = (torch.distributed.get_rank(), torch.distributed.get_world_size()) if distributed else (0, 1)
        self.record = Record(str(folder), self.rank, self.ranks, full)
        self.called, self.kept, self.dropped = set(), set(), set()
        self.ema, self.iterations, self.patterns, self.audit = ema, iterations, tuple(modules), audit
        self.names = {id(parameter): name for name, parameter in model.named_parameters()}
        self.summaries = _Summaries(torch)
        self._random = []
        self._undo = []
        self._open = self._started = self._closed = False
        self._clear()
        self._hook()

    # What the training calls ----------------------------------------------------------------------------------------

    def batch(self, **tensors):
        """Before the forward pass: what is fed, by name. Called again in one iteration (gradient accumulation), names get #2."""
        self._require(not self._closed, "batch", "the recorder is closed")
        if not self._started:
            self._start()
        if not self._open:
            self._clear()
            self._open = True
            self.tracing = self.iterations is None or self.record.iteration in self.iterations
        self.passes += 1
        for name, tensor in tensors.items():
            name = name if self.passes == 1 else "%s#%d" % (name, self.passes)
            self.fed[name] = _array(self.torch, tensor)
            if self.tracing:
                self._add("data", name, tensor)
        self._randomness("data")

    def losses(self, **values):
        """Before backward: each loss by name, tensors or numbers. With gradient accumulation they are added up."""
        self._require(self._open, "losses", "call batch first")
        for name, value in values.items():
            number = float(value.detach().reshape(()).item()) if isinstance(value, self.torch.Tensor) else float(value)
            self.own_losses[name] = self.own_losses.get(name, 0.0) + number
        # Before backward: what changes them later changes no gradient, and nothing is held for longer than the training does.
        self._look_at_views()
        self._randomness("forward")
        self._buffers()

    def reduced(self):
        """Only where gradients are reduced or clipped by the training's own code: between the two."""
        self._require(self._open, "reduced", "call batch first")
        self._gradients_ready()

    def step(self):
        """After optimizer and average: ends the iteration."""
        self._require(self._open, "step", "call batch first")
        self._buffers()
        self._gradients_ready()
        self._look_at_views()
        self._randomness("weights")
        if self.tracing:
            self._updated()
        losses = self._over_ranks(self.own_losses)
        if self.tracing:
            self._emit(losses)
        self.record.batch({**self.fed, **{name: np.float32(value) for name, value in self.own_losses.items()}})
        size = next((array.shape[-1] for array in self.fed.values() if array.ndim == 4), 0)
        self.record.end_iteration(losses, self.rates[0] if self.rates else 0.0, size, self.tracing)
        if self._random_now:
            self._random.append({"iteration": self.record.iteration - 1, **self._random_now})
        self._open = False
        self._clear()

    def close(self):
        """Ends the record: end weights, losses, case.json. The hooks are taken off."""
        if self._closed:
            return
        self._closed = True
        self._unhook()
        if not self._started:
            self._start()
        self.record.weights("1__raw", self._state())
        average = self._average()
        if average:
            self.record.weights("1__", {name: _array(self.torch, value) for name, value in average.items()})
        momentum = {name: _array(self.torch, value) for name, value in self._moments()}
        if momentum:
            self.record.weights("1__momentum", momentum)
        if self.audit and self.rank == 0:
            write_json(os.path.join(self.record.folder, "random.json"), {"version": 2, "iterations": self._random})
        if self.ranks > 1:
            self.torch.distributed.barrier()
        # A module that was never called was not watched.
        self.record.modules, self.record.gradients = self.called, self.kept - self.dropped
        self.record.close(self._environment())

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        # A training that failed leaves no record: case.json is missing.
        if kind is None:
            self.close()
        else:
            self._closed = True
            self._unhook()

    # Hooks ----------------------------------------------------------------------------------------------------------

    def _hook(self):
        torch = self.torch
        skipped = (torch.nn.Sequential, torch.nn.Identity, torch.nn.ModuleList, torch.nn.ModuleDict)
        for name, module in self.model.named_modules():
            # What these hand on is the output of another module.
            if name and not isinstance(module, skipped) and any(fnmatch.fnmatchcase(name, pattern) for pattern in self.patterns):
                self._undo.append(module.register_forward_hook(functools.partial(self._forwarded, name)).remove)
        if self.ranks > 1:
            for name, parameter in self.model.named_parameters():
                if parameter.requires_grad:
                    self._undo.append(parameter.register_hook(functools.partial(self._local, name, parameter)).remove)
        for optimizer in self.optimizers:
            self._replace(optimizer, "step", functools.partial(self._before_step, optimizer))
        for name in ("clip_grad_norm_", "clip_grad_value_", "clip_grad_norm"):
            original = getattr(torch.nn.utils, name, None)
            if original is None:
                continue
            wrapped = self._before(original)
            # Whoever wrote "from torch.nn.utils import clip_grad_norm_" has a name of his own for it.
            for module in [module for module in list(sys.modules.values()) if getattr(module, "__dict__", None)]:
                with contextlib.suppress(Exception):
                    if module.__dict__.get(name) is original:
                        self._replace(module, name, lambda _, wrapped=wrapped: wrapped)

    def _replace(self, owner, name, make):
        had = name in vars(owner)
        original = getattr(owner, name)
        ours = make(original)
        setattr(owner, name, ours)

        def undo():
            # A scheduler that was made since has put its own around ours, which now only hands on.
            if vars(owner).get(name) is ours:
                setattr(owner, name, original) if had else delattr(owner, name)
        self._undo.append(undo)

    def _before_step(self, optimizer, original):
        before = self._before(original)

        # A method and no mere function: schedulers look for the optimizer whose it is.
        @functools.wraps(original)
        def step(_, *arguments, **named):
            return before(*arguments, **named)
        return types.MethodType(step, optimizer)

    def _before(self, original):
        @functools.wraps(original)
        def wrapped(*arguments, **named):
            if self._open:
                self._gradients_ready()
            return original(*arguments, **named)
        return wrapped

    def _unhook(self):
        for undo in reversed(self._undo):
            undo()
        self._undo = []
        self._clear()

    def _forwarded(self, module, _, __, output):
        if not self._open or not self.tracing:
            return
        self.runs[module] = self.runs.get(module, 0) + 1
        name = module if self.runs[module] == 1 else "%s#%d" % (module, self.runs[module])
        for part, tensor in _tensors(self.torch, output, name):
            node = tensor.grad_fn
            # A part that a module inside handed on is there under that module's name.
            if part != name and node is not None and (id(node), tensor.output_nr) in self.seen:
                continue
            self.called.add(part)
            self._add("forward", part, tensor)
            if node is not None:
                self.seen.add((id(node), tensor.output_nr))
                # The node, not the tensor: after an in-place operation the tensor's own hooks see the gradient of what it became.
                self.order.append((part, node, tensor.output_nr))
                if tensor._is_view():
                    # Shares the version, and is in no graph.
                    self.views[part] = (tensor.detach(), tensor._version)
                self._later.append(node.register_hook(functools.partial(self._backwarded, part, tensor.output_nr)))
        if self.audit and "module" not in self._random_now and self._random_state() != self._random_seen:
            self._random_now["module"] = name
            self._random_seen = self._random_state()

    def _backwarded(self, name, output, _, gradients):
        gradient = gradients[output] if output < len(gradients) else None
        if gradient is not None and self._open and self.tracing:
            summary = self.summaries.of(gradient)
            self.backward[name] = (tuple(gradient.shape), summary, self._whole("backward", name, gradient))

    def _local(self, name, parameter, gradient):
        """A rank's own gradient: what there was before this pass, and what it adds."""
        if self._open and self.tracing:
            with self.torch.no_grad():
                value = gradient if parameter.grad is None else parameter.grad + gradient
                self.own_gradients[name] = (tuple(value.shape), self.summaries.of(value), self._whole("gradient", name, value))

    def _gradients_ready(self):
        if self._ready:
            return
        self._ready = True
        self.rates = [float(group["lr"]) for optimizer in self.optimizers for group in optimizer.param_groups if "lr" in group]
        self._randomness("backward")
        if self.tracing:
            self._look_at_views()
            for name, parameter in self.model.named_parameters():
                if parameter.grad is not None:
                    gradient = parameter.grad
                    gradient = gradient.to_dense() if gradient.layout != self.torch.strided else gradient
                    phase = "reduction" if self.ranks > 1 else "gradient"
                    self.gradients[name] = (tuple(gradient.shape), self.summaries.of(gradient), self._whole(phase, name, gradient))

    # Phases ---------------------------------------------------------------------------------------------------------

    def _look_at_views(self):
        """What changes a view in place takes its node out of the graph: there is no gradient of all that was handed on."""
        self.changed |= {name for name, (view, version) in self.views.items() if view._version != version}
        self.views = {}

    def _clear(self):
        for handle in getattr(self, "_later", []):
            handle.remove()
        self._later, self.order, self.seen = [], [], set()
        # Outputs that are views, with their versions, and those of them that were changed in place.
        self.views, self.changed = {}, set()
        self.fed, self.own_losses, self.runs = {}, {}, {}
        self.backward, self.own_gradients, self.gradients = {}, {}, {}
        self.rates, self.passes = [], 0
        self.tracing = self._ready = self._buffered = False
        self.summaries.last = None
        self._random_now = {}
        self.updated = []

    def _start(self):
        self._started = True
        self.record.weights("000", self._state())
        if self.iterations is None or 0 in self.iterations:
            for name, value in self.model.state_dict().items():
                if isinstance(value, self.torch.Tensor) and not name.endswith("num_batches_tracked"):
                    self._add("start", name, value)
        if self.audit:
            self._random_seen = self._random_state()

    def _buffers(self):
        if self._buffered:
            return
        self._buffered = True
        if self.tracing:
            saved = self.model.state_dict()
            for name, buffer in self.model.named_buffers():
                if name in saved:
                    self._add("buffers", name, buffer)

    def _updated(self):
        for name, value in self._moments():
            self.updated.append(("momentum", name, value.shape, self.summaries.of(value), self._whole("momentum", name, value)))
        for name, value in self.model.named_parameters():
            self.updated.append(("weights", name, value.shape, self.summaries.of(value), self._whole("weights", name, value)))
        for name, value in (self._average() or {}).items():
            if isinstance(value, self.torch.Tensor) and not name.endswith("num_batches_tracked"):
                self.updated.append(("ema", name, value.shape, self.summaries.of(value), self._whole("ema", name, value)))

    def _emit(self, losses):
        record = self.record
        for name, value in losses.items():
            record.add_summary("loss", name, (), Summary.of_number(np.float32(value)))
        # A tensor that several modules hand on has the gradient of the last of them.
        last = {(id(node), output): name for name, node, output in self.order}
        kept = set(last.values())
        kept -= self.changed
        self.kept |= kept
        self.dropped |= self.changed
        for name, _, _ in reversed(self.order):
            if name in kept and name in self.backward:
                record.add_summary("backward", name, *self.backward.pop(name))
        own, all_ = (self.own_gradients, self.gradients) if self.ranks > 1 else (self.gradients, {})
        for name in reversed(list(self.names.values())):
            if name in own:
                record.add_summary("gradient", name, *own[name])
        for name in reversed(list(self.names.values())):
            if name in all_:
                record.add_summary("reduction", name, *all_[name])
        for group, rate in enumerate(self.rates):
            if group == 0 or rate != self.rates[0]:
                record.add_summary("schedule", "rate" if group == 0 else "rate of group %d" % group, (), Summary.of_number(rate))
        for phase, name, shape, summary, whole in self.updated:
            record.add_summary(phase, name, shape, summary, whole)

    def _add(self, phase, name, value):
        if isinstance(value, self.torch.Tensor):
            self.record.add_summary(phase, name, tuple(value.shape), self.summaries.of(value), self._whole(phase, name, value))
        else:
            self.record.add(phase, name, value)

    def _whole(self, phase, name, tensor):
        return _array(self.torch, tensor) if self.record.keeps_whole(phase, name) else None

    def _moments(self):
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                for parameter in group["params"]:
                    name = self.names.get(id(parameter))
                    for state, value in optimizer.state.get(parameter, {}).items() if name else ():
                        if isinstance(value, self.torch.Tensor) and state != "step":
                            yield (name if state == "momentum_buffer" else "%s.%s" % (name, state)), value

    def _state(self):
        return {name: _array(self.torch, value) for name, value in self.model.state_dict().items() if isinstance(value, self.torch.Tensor)}

    def _average(self):
        ema = self.ema() if callable(self.ema) and not isinstance(self.ema, self.torch.nn.Module) else self.ema
        for inner in ("ema", "module", "shadow"):
            if not isinstance(ema, (dict, type(None), self.torch.nn.Module)) and hasattr(ema, inner):
                ema = getattr(ema, inner)
        if isinstance(ema, self.torch.nn.Module):
            ema = {name: value for name, value in ema.state_dict().items() if name != "n_averaged"}
        if ema is not None and not isinstance(ema, dict):
            raise RecordError("ema: expected a module, a dictionary of tensors, a function that returns one, or an object with .ema, .module or "
                              ".shadow; found %s" % type(ema).__name__)
        prefix = "module."
        return {name[len(prefix):] if name.startswith(prefix) else name: value for name, value in ema.items()} if ema else None

    def _over_ranks(self, losses):
        if self.ranks == 1 or not losses:
            return losses
        images = float(next((array.shape[0] for array in self.fed.values() if array.ndim), 1))
        device = next(iter(self.model.parameters())).device
        total = self.torch.tensor([images] + [images * value for value in losses.values()], dtype=self.torch.float64, device=device)
        self.torch.distributed.all_reduce(total)
        total = total.cpu().tolist()
        return {name: value / total[0] for name, value in zip(losses, total[1:])}

    # Surroundings ---------------------------------------------------------------------------------------------------

    def _random_state(self):
        states = {"torch": self.torch.get_rng_state().numpy().tobytes()}
        if self.torch.cuda.is_available() and self.torch.cuda.is_initialized():
            states["cuda"] = self.torch.cuda.get_rng_state().cpu().numpy().tobytes()
        return states

    def _randomness(self, phase):
        if not self.audit or phase in self._random_now:
            return
        self._random_seen = self._random_state()
        keys, position = np.random.get_state()[1:3]
        states = dict(self._random_seen, numpy=keys.tobytes() + str(position).encode(), python=repr(random.getstate()).encode())
        self._random_now[phase] = {name: hashlib.sha256(state).hexdigest()[:16] for name, state in states.items()}

    def _environment(self):
        torch = self.torch
        facts = {
            "program": "ppyolo_record %s" % __version__, "torch": "PyTorch %s" % torch.__version__,
            "runtime": "Python %s, NumPy %s" % (platform.python_version(), np.__version__), "system": _system(),
            "processor": _processor(), "threads": torch.get_num_threads(),
            "device": next((str(parameter.device) for parameter in self.model.parameters()), "cpu"),
            "deterministic": torch.are_deterministic_algorithms_enabled(),
        }
        if torch.cuda.is_available():
            facts.update({"card": torch.cuda.get_device_name(), "cuda": torch.version.cuda, "cudnn": torch.backends.cudnn.version(),
                          "cudnn.deterministic": torch.backends.cudnn.deterministic, "cudnn.benchmark": torch.backends.cudnn.benchmark,
                          "tf32": "convolutions %s, products %s" % (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32)})
        return facts

    @staticmethod
    def _require(condition, method, mend):
        if not condition:
            raise RecordError("recorder.%s: %s" % (method, mend))


class _Summaries:
    """Summaries of tensors: those in the processor's memory by `summarize`, others on their device."""

    def __init__(self, torch):
        self.torch = torch
        self.signs = {}
        self.last = None

    def of(self, tensor):
        """A tensor's summary; that of the tensor before, where a module hands on what one inside it returned."""
        mark = self._mark(tensor)
        # Read once: several threads may be here.
        last = self.last
        if mark is not None and last is not None and last[0]() is tensor and last[1] == mark:
            return last[2]
        summary = self._of(tensor)
        self.last = None if mark is None else (weakref.ref(tensor), mark, summary)
        return summary

    def _mark(self, tensor):
        """What changes with a tensor: its version, and 256 of its values, as there are ways to write past the version. None is not known again."""
        torch = self.torch
        if tensor.numel() < CALL or tensor.layout != torch.strided or not tensor.is_contiguous():
            return None
        # Tensors of other kinds may lack any of this; then they are read again.
        with contextlib.suppress(Exception), torch.no_grad():
            flat = tensor.detach().reshape(-1)
            # An odd step: another would look at the same column of a map again and again.
            return tensor._version, flat[::flat.numel() // 256 | 1].cpu().clone().view(torch.uint8).numpy().tobytes()
        return None

    def _of(self, tensor):
        torch = self.torch
        with torch.no_grad():
            tensor = tensor.detach()
            if tensor.is_quantized:
                tensor = tensor.dequantize()
            tensor = tensor.to_dense() if tensor.layout != torch.strided else tensor
            if tensor.is_complex():
                tensor = torch.view_as_real(tensor)
            if tensor.numel() == 1:
                return Summary.of_number(tensor.double().item())
            values = tensor.to(torch.float32).contiguous()
            if values.device.type != "cpu":
                return self._on_device(values.reshape(-1))
            return summarize(values.numpy())

    def _on_device(self, values):
        torch = self.torch
        count = values.numel()
        if count == 0:
            return Summary(0.0, 0.0, 0.0, 0, np.zeros(STRIPES))
        signed = values * self._signs(values.device, count)
        whole = count // STRIPES * STRIPES
        sums = signed[:whole].view(-1, STRIPES).sum(0, dtype=torch.float64)
        sums[:count - whole] += signed[whole:].double()
        # vector_norm adds squares up one after the other, which costs three digits of float64.
        norm = values.double().square_().sum().sqrt()
        # One transfer for everything.
        row = torch.cat([sums, torch.stack([norm, values.sum(dtype=torch.float64), values.abs().max().double()])]).cpu().numpy()
        non_finite = 0 if np.isfinite(row[-1]) else int(count - torch.isfinite(values).sum().item())
        return Summary(float(row[64]), float(row[65]) / count, float("nan") if non_finite else float(row[66]), non_finite, row[:64].copy())

    def _signs(self, device, count):
        known = self.signs.get(device)
        if known is None or known.numel() < count:
            known = self.signs[device] = self.torch.from_numpy(signs(0, -(-count // STRIPES) * STRIPES)).to(device)
        return known[:count]


def _tensors(torch, value, name):
    """The floating-point tensors of an output: itself, or the parts of tuples, lists and dictionaries by their place."""
    if isinstance(value, torch.Tensor):
        if value.is_floating_point() or value.is_complex():
            yield name, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _tensors(torch, part, "%s[%s]" % (name, key))
    elif isinstance(value, (list, tuple)):
        for index, part in enumerate(value):
            yield from _tensors(torch, part, "%s[%d]" % (name, index))


def _array(torch, value):
    """A NumPy copy; bfloat16, which NumPy lacks, becomes float32, and loses nothing by it."""
    if isinstance(value, torch.Tensor):
        value = value.detach()
        value = value.dequantize() if value.is_quantized else value.to_dense() if value.layout != torch.strided else value
        return (value.float() if value.dtype == torch.bfloat16 else value).cpu().numpy().copy()
    return np.array(value)
