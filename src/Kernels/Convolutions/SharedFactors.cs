using PPYolo.Kernels.Memory;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// What convolutions make of their weights, once for all ranks that are threads of one process and have the same weights in memory. They
/// come to a layer at nearly the same time: what one has fetched from memory is in the cache that all share, where copies of their own
/// would drive each other out. Two ranks on two cores take a fifth less time.
/// </summary>
/// <param name="ranks">How many ranks.</param>
internal sealed unsafe class SharedFactors(int ranks)
{
    [ThreadStatic]
    private static Pass? current;

    private readonly Lock gate = new();
    private readonly Dictionary<Key, Factor> factors = [];

    /// <summary>Whether the calling thread is a rank in a pass.</summary>
    public static bool IsInPass => current is not null;

    /// <summary>How many are in memory.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return factors.Count;
            }
        }
    }

    /// <summary>
    /// The calling rank begins a forward and a backward pass, between which nobody changes weights. They end where the result is disposed.
    /// </summary>
    /// <param name="pass">A larger number than that of all passes before, the same on all ranks.</param>
    public IDisposable Enter(long pass)
    {
        lock (gate)
        {
            // All ranks are done with earlier passes: what is left was not used by each of them, as where one's images are so small that
            // libtorch convolves them.
            foreach (var (key, factor) in factors.Where(entry => entry.Key.Pass < pass).ToList())
            {
                factors.Remove(key);
                factor.Dispose();
            }
        }

        return current = new Pass(this, pass);
    }

    /// <summary>The factor of a weight: shared where the calling thread is a rank in a pass, and else its own.</summary>
    /// <param name="weight">The weight's address.</param>
    /// <param name="gradient">Whether it is for the gradient of inputs.</param>
    /// <param name="size">Floats.</param>
    /// <param name="fill">Makes it at an address. The first rank that comes does; the others wait.</param>
    public static Lease Take(float* weight, bool gradient, long size, Action<nint> fill)
    {
        if (current is not { } pass)
        {
            var own = Make(size, fill);
            return new(own, own.Dispose);
        }

        var key = pass.Next((nint)weight, gradient, size);
        var factor = pass.Shared.Of(key, size, fill);
        return new(factor.Memory.Value, () => pass.Shared.Release(key, factor));
    }

    private static Tensor Make(long size, Action<nint> fill)
    {
        var memory = empty(size).DetachFromDisposeScope();
        fill((nint)TensorMemory.Address<float>(memory));
        return memory;
    }

    private Factor Of(Key key, long size, Action<nint> fill)
    {
        lock (gate)
        {
            if (!factors.TryGetValue(key, out var factor))
            {
                factors.Add(key, factor = new(new(() => Make(size, fill))));
            }

            return factor;
        }
    }

    private void Release(Key key, Factor factor)
    {
        lock (gate)
        {
            if (++factor.Used == ranks && factors.Remove(key))
            {
                factor.Dispose();
            }
        }
    }

    /// <summary>A factor while it is used.</summary>
    internal readonly struct Lease(Tensor memory, Action release) : IDisposable
    {
        /// <summary>Its first float.</summary>
        public float* Address => TensorMemory.Address<float>(memory);

        /// <inheritdoc />
        public void Dispose() => release();
    }

    /// <summary>A layer that is used twice in a pass has a factor for each use.</summary>
    private readonly record struct Key(long Pass, nint Weight, bool Gradient, long Size, int Use);

    private sealed class Factor(Lazy<Tensor> memory) : IDisposable
    {
        public Lazy<Tensor> Memory => memory;

        public int Used { get; set; }

        public void Dispose()
        {
            if (memory.IsValueCreated)
            {
                memory.Value.Dispose();
            }
        }
    }

    private sealed class Pass(SharedFactors shared, long number) : IDisposable
    {
        private readonly Dictionary<(nint, bool, long), int> uses = [];

        public SharedFactors Shared => shared;

        public Key Next(nint weight, bool gradient, long size)
        {
            var use = (weight, gradient, size);
            return new(number, weight, gradient, size, uses[use] = uses.GetValueOrDefault(use) + 1);
        }

        public void Dispose() => current = null;
    }
}
