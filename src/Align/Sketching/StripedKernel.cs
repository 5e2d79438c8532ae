using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Sketching;

/// <summary>
/// One pass over float32 elements for everything a <see cref="StripedSummary"/> holds. Work is cut into chunks of fixed size whose sums are
/// added in order, so that the result does not depend on the number of threads.
/// </summary>
internal static class StripedKernel
{
    private const int ChunkElements = 1 << 18;
    private const int SignBlocks = 512;

    // 4 KB: nearer is too late, farther gains nothing.
    private const int Ahead = 1024;

    private static readonly PortableStream Signs = new("sketch/striped");

    /// <summary>Memory of this thread for a chunk, at most 1 MB: new memory for every tensor keeps the collector busy.</summary>
    [ThreadStatic]
    private static PieceBuffer? buffer;

    public static unsafe StripedSummary Run(ReadOnlySpan<float> elements)
    {
        fixed (float* start = elements)
        {
            var at = (nint)start;
            return Run(elements.Length, (from, count) => Chunk((float*)at + from, from, count));
        }
    }

    /// <summary>The same for a tensor of float32; what lies in a file is read by chunks, and not kept.</summary>
    public static unsafe StripedSummary Run(TensorData tensor) =>
        Run(
            checked((int)tensor.Count),
            (from, count) =>
            {
                fixed (float* piece = (buffer ??= new()).Elements<float>(tensor, from, from + count))
                {
                    return Chunk(piece, from, count);
                }
            }
        );

    private static StripedSummary Run(int length, Func<int, int, StripedSums> chunk)
    {
        var chunks = new StripedSums[(length + ChunkElements - 1) / ChunkElements];
        if (chunks.Length <= 1)
        {
            return chunk(0, length).Finish(length);
        }

        Parallel.For(0, chunks.Length, i => chunks[i] = chunk(i * ChunkElements, Math.Min(ChunkElements, length - (i * ChunkElements))));
        var all = new StripedSums();
        foreach (var sums in chunks)
        {
            all.Add(sums);
        }

        return all.Finish(length);
    }

    /// <summary>The sums of a chunk.</summary>
    /// <param name="elements">Its first element.</param>
    /// <param name="start">That element's place in the tensor.</param>
    /// <param name="count">How many there are.</param>
    private static unsafe StripedSums Chunk(float* elements, int start, int count)
    {
        var sums = new StripedSums();
        Span<ulong> signs = stackalloc ulong[SignBlocks];
        Span<float> last = stackalloc float[StripedSummary.Stripes];
        for (var at = 0; at < count; at += SignBlocks * StripedSummary.Stripes)
        {
            Signs.FillBits(signs, (start + at) / StripedSummary.Stripes);
            var blocks = Math.Min(SignBlocks, (count - at) / StripedSummary.Stripes);
            Blocks(elements + at, signs[..blocks], sums);
            var rest = count - at - (blocks * StripedSummary.Stripes);
            if (rest > 0 && blocks < SignBlocks)
            {
                last.Clear();
                new ReadOnlySpan<float>(elements + at + (blocks * StripedSummary.Stripes), rest).CopyTo(last);
                fixed (float* padded = last)
                {
                    Blocks(padded, signs.Slice(blocks, 1), sums);
                }
            }
        }

        if (sums.LargestBits >= StripedSums.NonFiniteBits)
        {
            foreach (var value in new ReadOnlySpan<float>(elements, count))
            {
                sums.NonFinite += float.IsFinite(value) ? 0 : 1;
            }
        }

        return sums;
    }

    /// <summary>
    /// Adds whole blocks of 64 elements. Everything it adds up stays in registers, which is what makes it as quick as memory.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Blocks(float* at, ReadOnlySpan<ulong> signs, StripedSums sums)
    {
        // How far a lane's bit is from a word's highest, which is a float64's sign.
        Vector512<ulong> d0 = Vector512.Create(63ul, 62, 61, 60, 59, 58, 57, 56),
            eight = Vector512.Create(8ul);
        Vector512<ulong> d1 = d0 - eight,
            d2 = d1 - eight,
            d3 = d2 - eight,
            d4 = d3 - eight,
            d5 = d4 - eight,
            d6 = d5 - eight,
            d7 = d6 - eight;
        var largest = Vector512.Create(sums.LargestBits);
        Vector512<double> total = default,
            squares = default;
        Vector512<double> s0 = default,
            s1 = default,
            s2 = default,
            s3 = default,
            s4 = default,
            s5 = default,
            s6 = default,
            s7 = default;
        foreach (var word in signs)
        {
            Fetch(at + Ahead);
            var bits = Vector512.Create(word);
            Part(at, bits, d0, d1, ref s0, ref s1, ref total, ref squares, ref largest);
            Part(at + 16, bits, d2, d3, ref s2, ref s3, ref total, ref squares, ref largest);
            Part(at + 32, bits, d4, d5, ref s4, ref s5, ref total, ref squares, ref largest);
            Part(at + 48, bits, d6, d7, ref s6, ref s7, ref total, ref squares, ref largest);
            at += StripedSummary.Stripes;
        }

        sums.Add([s0, s1, s2, s3, s4, s5, s6, s7], Vector512.Sum(total), Vector512.Sum(squares));
        for (var lane = 0; lane < Vector512<int>.Count; lane++)
        {
            sums.LargestBits = Math.Max(sums.LargestBits, largest[lane]);
        }
    }

    /// <summary>
    /// Asks for the block that is needed in a while: left to itself a core waits for a third of the time. Nothing happens where no memory
    /// is.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Fetch(float* block)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(block);
            Sse.Prefetch0(block + 16);
            Sse.Prefetch0(block + 32);
            Sse.Prefetch0(block + 48);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Part(
        float* at,
        Vector512<ulong> bits,
        Vector512<ulong> firstDistances,
        Vector512<ulong> secondDistances,
        ref Vector512<double> first,
        ref Vector512<double> second,
        ref Vector512<double> total,
        ref Vector512<double> squares,
        ref Vector512<int> largest
    )
    {
        // As integers, magnitudes are ordered as they are, and NaN is above infinity.
        largest = Vector512.Max(largest, Vector512.Load((int*)at) & Vector512.Create(0x7FFFFFFF));
        Vector512<double> low = Widened(at),
            high = Widened(at + 8);
        first += Signed(low, bits, firstDistances);
        second += Signed(high, bits, secondDistances);
        // The square of a float32 is exact in float64, so that this rounds as a product and a sum do.
        squares += Vector512.FusedMultiplyAdd(high, high, low * low);
        total += low + high;
    }

    /// <summary>Eight elements from memory as float64; a register's upper half would have to be moved first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<double> Widened(float* at) =>
        Avx512F.IsSupported ? Avx512F.ConvertToVector512Double(Vector256.Load(at))
        : Avx.IsSupported
            ? Vector512.Create(Avx.ConvertToVector256Double(Vector128.Load(at)), Avx.ConvertToVector256Double(Vector128.Load(at + 4)))
        : Vector512.WidenLower(Vector512.Create(Vector256.Load(at), default));

    /// <summary>Changes the sign where a lane's bit is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Signed(Vector512<double> values, Vector512<ulong> bits, Vector512<ulong> distances) =>
        (values.AsUInt64() ^ (ShiftLeft(bits, distances) & Vector512.Create(1ul << 63))).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> ShiftLeft(Vector512<ulong> bits, Vector512<ulong> distances) =>
        Avx512F.IsSupported ? Avx512F.ShiftLeftLogicalVariable(bits, distances)
        : Avx2.IsSupported
            ? Vector512.Create(
                Avx2.ShiftLeftLogicalVariable(bits.GetLower(), distances.GetLower()),
                Avx2.ShiftLeftLogicalVariable(bits.GetUpper(), distances.GetUpper())
            )
        : ShiftLanesLeft(bits, distances);

    private static Vector512<ulong> ShiftLanesLeft(Vector512<ulong> bits, Vector512<ulong> distances)
    {
        var shifted = bits;
        for (var lane = 0; lane < Vector512<ulong>.Count; lane++)
        {
            shifted = shifted.WithElement(lane, bits[lane] << (int)distances[lane]);
        }

        return shifted;
    }
}
