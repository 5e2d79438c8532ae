using System.Numerics;
using System.Text;

namespace PPYolo.Align.Generation;

/// <summary>
/// A named stream of reproducible numbers that any language can make: element i is SplitMix64's output function applied to FNV-1a(name) + (i+1) times the
/// golden ratio, modulo 2^64. A number depends on its name and index alone, never on what was drawn before.
/// </summary>
public readonly struct PortableStream : IEquatable<PortableStream>
{
    private const ulong FnvOffset = 0xcbf29ce484222325, FnvPrime = 0x100000001b3;
    private const ulong Golden = 0x9E3779B97F4A7C15, First = 0xBF58476D1CE4E5B9, Second = 0x94D049BB133111EB;

    /// <summary>Opens the stream of a name.</summary>
    public PortableStream(string name)
    {
        var key = FnvOffset;
        foreach (var octet in Encoding.UTF8.GetBytes(name))
        {
            key = (key ^ octet) * FnvPrime;
        }

        Key = key;
    }

    /// <summary>The 64-bit FNV-1a hash of the name.</summary>
    public ulong Key { get; }

    /// <summary>The 64 bits of element <paramref name="index"/> (from 0).</summary>
    public ulong Bits(long index)
    {
        var z = Key + (((ulong)index + 1) * Golden);
        z = (z ^ (z >> 30)) * First;
        z = (z ^ (z >> 27)) * Second;
        return z ^ (z >> 31);
    }

    /// <summary>Element <paramref name="index"/> in [0,1), a multiple of 2^-24 and so exact in float32.</summary>
    public float Uniform(long index) => (Bits(index) >> 40) * (1f / (1 << 24));

    /// <summary>Fills with the bits of consecutive elements, from <paramref name="start"/> on.</summary>
    public void FillBits(Span<ulong> destination, long start)
    {
        var i = 0;
        var width = Vector<ulong>.Count;
        if (destination.Length >= width)
        {
            var steps = Vector<ulong>.Zero;
            for (var lane = 0; lane < width; lane++)
            {
                steps = steps.WithElement(lane, (ulong)lane * Golden);
            }

            for (; i <= destination.Length - width; i += width)
            {
                var z = new Vector<ulong>(Key + (((ulong)(start + i) + 1) * Golden)) + steps;
                z = (z ^ (z >>> 30)) * First;
                z = (z ^ (z >>> 27)) * Second;
                (z ^ (z >>> 31)).CopyTo(destination[i..]);
            }
        }

        for (; i < destination.Length; i++)
        {
            destination[i] = Bits(start + i);
        }
    }

    /// <summary>Fills with the elements from 0 on, in [0,1).</summary>
    public void FillUniform(Span<float> destination) => Fill(destination, static u => u);

    /// <summary>
    /// Fills with float32(2u-1) times <paramref name="scale"/> plus <paramref name="offset"/>, one float32 rounding per operation.
    /// </summary>
    /// <param name="destination">Receives the elements from 0 on.</param>
    /// <param name="scale">The largest magnitude, computed in float64 and rounded once to float32.</param>
    /// <param name="offset">Added where it is not 0.</param>
    public void FillScaled(Span<float> destination, float scale, float offset = 0)
    {
        if (offset == 0)
        {
            Fill(destination, u => ((2 * u) - 1) * scale);
        }
        else
        {
            // The product must be rounded before the sum: it is stored first, so that no fused multiply-add can join them.
            Fill(destination, u => ((2 * u) - 1) * scale);
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] += offset;
            }
        }
    }

    /// <inheritdoc />
    public bool Equals(PortableStream other) => Key == other.Key;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is PortableStream other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => Key.GetHashCode();

    /// <summary>Whether two streams have the same key.</summary>
    public static bool operator ==(PortableStream left, PortableStream right) => left.Equals(right);

    /// <summary>Whether two streams have different keys.</summary>
    public static bool operator !=(PortableStream left, PortableStream right) => !left.Equals(right);

    private void Fill(Span<float> destination, Func<float, float> map)
    {
        Span<ulong> bits = stackalloc ulong[512];
        for (var start = 0; start < destination.Length; start += bits.Length)
        {
            var block = destination.Slice(start, Math.Min(bits.Length, destination.Length - start));
            FillBits(bits[..block.Length], start);
            for (var i = 0; i < block.Length; i++)
            {
                block[i] = map((bits[i] >> 40) * (1f / (1 << 24)));
            }
        }
    }
}
