using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Operations;

/// <summary>
/// Numbers as libtorch takes them. TorchSharp wraps each in an object whose finalizer frees it, and nothing refers to that object while
/// libtorch reads the number: when another thread begins a garbage collection then, libtorch reads what has been freed and fails, or
/// computes something else. So numbers are kept for good here; one of many, as a learning rate is, is a local with a using. Tensor +
/// Tensor, Tensor + number, in-place additions and square() make such objects themselves, and what is here takes their place; a test looks
/// for whatever does it still.
/// </summary>
public static class Scalars
{
    private static readonly ConcurrentDictionary<long, Scalar> Whole = new();
    private static readonly ConcurrentDictionary<long, Scalar> Real = new();

    /// <summary>1.</summary>
    public static Scalar One { get; } = Of(1L);

    /// <summary>A whole number, kept for good: for one of few.</summary>
    public static Scalar Of(long value) => Whole.GetOrAdd(value, static value => value);

    /// <summary>A number, kept for good: for one of few.</summary>
    public static Scalar Of(double value) =>
        Real.GetOrAdd(BitConverter.DoubleToInt64Bits(value), static bits => BitConverter.Int64BitsToDouble(bits));

    /// <summary>0, 1, ... <paramref name="count"/> - 1.</summary>
    public static Tensor Range(long count, ScalarType type, Device device) => arange(Of(0), Of(count), One, type, device);

    /// <summary>left + right.</summary>
    public static Tensor Plus(this Tensor left, Tensor right)
    {
        ArgumentNullException.ThrowIfNull(left);
        return left.add(right, One);
    }

    /// <summary>left + right.</summary>
    public static Tensor Plus(this Tensor left, Scalar right)
    {
        ArgumentNullException.ThrowIfNull(left);
        return left.add(right, One);
    }

    /// <summary>left - right, computed as -right + left.</summary>
    public static Tensor Minus(this Scalar left, Tensor right)
    {
        ArgumentNullException.ThrowIfNull(right);
        using var negative = right.negative();
        return negative.Plus(left);
    }

    /// <summary>Adds right to left, in place.</summary>
    public static Tensor Add(this Tensor left, Tensor right)
    {
        ArgumentNullException.ThrowIfNull(left);
        return left.add_(right, One);
    }

    /// <summary>Adds right to left, in place.</summary>
    public static Tensor Add(this Tensor left, Scalar right)
    {
        ArgumentNullException.ThrowIfNull(left);
        return left.add_(right, One);
    }
}
