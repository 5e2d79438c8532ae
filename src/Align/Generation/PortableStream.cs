using System.Numerics;
using System.Numerics.Tensors;
using System.Text;

namespace PPYolo.Align.Generation;

/// <summary>
/// A named stream of reproducible numbers that any language can make: element i is SplitMix64's output function applied to FNV-1a(name) +
/// (i+1) times the golden ratio, modulo 2^64. A number depends on its name and index alone, never on what was drawn before.
/// </summary>
public readonly struct PortableStream : IEquatable<PortableStream>
{
    private const ulong FnvOffset = 0xcbf29ce484222325,
        FnvPrime = 0x100000001b3;
    private const ulong Golden = 0x9E3779B97F4A7C15,
        First = 0xBF58476D1CE4E5B9,
        Second = 0x94D049BB133111EB;

    /// <summary>Of the 64 bits of an element, how many lowest ones a number in [0,1) leaves out.</summary>
    private const int Dropped = 40;

    /// <summary>What the others count.</summary>
    private const float Unit = 1f / (1 << 24);

    /// <summary>Elements that are made at once, so that every step over them finds them in the first-level cache.</summary>
    private const int BlockElements = 512;

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
    public float Uniform(long index) => (Bits(index) >> Dropped) * Unit;

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
    public void FillUniform(Span<float> destination)
    {
        for (var start = 0; start < destination.Length; start += BlockElements)
        {
            FillBlock(destination.Slice(start, Math.Min(BlockElements, destination.Length - start)), start);
        }
    }

    /// <summary>
    /// Fills with float32(2u-1) times <paramref name="scale"/> plus <paramref name="offset"/>, one float32 rounding per operation.
    /// </summary>
    /// <param name="destination">Receives the elements from 0 on.</param>
    /// <param name="scale">The largest magnitude, computed in float64 and rounded once to float32.</param>
    /// <param name="offset">Added where it is not 0.</param>
    public void FillScaled(Span<float> destination, float scale, float offset = 0)
    {
        for (var start = 0; start < destination.Length; start += BlockElements)
        {
            var block = destination.Slice(start, Math.Min(BlockElements, destination.Length - start));
            FillBlock(block, start);
            // Each step is stored, so that no fused multiply-add can join two and leave a rounding out.
            TensorPrimitives.Multiply(block, 2f, block);
            TensorPrimitives.Subtract(block, 1f, block);
            TensorPrimitives.Multiply(block, scale, block);
            if (offset != 0)
            {
                TensorPrimitives.Add(block, offset, block);
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

    /// <summary>The elements of a block in [0,1).</summary>
    private void FillBlock(Span<float> block, long start)
    {
        Span<ulong> memory = stackalloc ulong[BlockElements];
        var bits = memory[..block.Length];
        FillBits(bits, start);
        var i = 0;
        for (; i <= block.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            // What is left of the bits fits an int, and converts to float32 without rounding.
            var numerators = Vector.Narrow(
                new Vector<ulong>(bits[i..]) >>> Dropped,
                new Vector<ulong>(bits[(i + Vector<ulong>.Count)..]) >>> Dropped
            );
            (Vector.ConvertToSingle(numerators.As<uint, int>()) * Unit).CopyTo(block[i..]);
        }

        for (; i < block.Length; i++)
        {
            block[i] = (bits[i] >> Dropped) * Unit;
        }
    }
}
