using System.Numerics;
using System.Runtime.CompilerServices;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Train.Ranks;

/// <summary>
/// Adds the ranks' values in the order of the ranks: ((rank 0 + rank 1) + rank 2) + ... Every element is added alone, so the result does
/// not depend on how a tensor is cut into slices, on which rank adds which, or on the way the values came: threads and MPI get the same
/// bits.
/// </summary>
internal static unsafe class RankOrderSum
{
    /// <summary>
    /// Writes the sums of the elements from <paramref name="first"/> to before <paramref name="last"/> to every target, which may be the
    /// sources.
    /// </summary>
    public static void Add(ScalarType type, ReadOnlySpan<nint> sources, ReadOnlySpan<nint> targets, long first, long last)
    {
        if (type == ScalarType.Float32)
        {
            Add<float>(sources, targets, first, last);
        }
        else
        {
            Add<double>(sources, targets, first, last);
        }
    }

    /// <summary>The same by libtorch's operations, for tensors that are not in the CPU's memory: from card to card.</summary>
    /// <param name="tensors">Those of all ranks, each on its own device.</param>
    /// <param name="device">Where the sums are computed.</param>
    /// <param name="first">The first element.</param>
    /// <param name="last">The element after the last one.</param>
    public static void Add(ReadOnlySpan<Tensor> tensors, Device device, long first, long last)
    {
        if (first == last)
        {
            return;
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var parts = new Tensor[tensors.Length];
        for (var rank = 0; rank < parts.Length; rank++)
        {
            parts[rank] = tensors[rank].view(-1).narrow(0, first, last - first);
        }

        var sum = parts.Select(part => part.to(device)).Aggregate((sum, next) => sum.Plus(next));
        foreach (var part in parts)
        {
            part.copy_(sum);
        }
    }

    /// <summary>Where a rank's slice of a tensor begins; whole cache lines, so that no two ranks write the same one.</summary>
    public static long SliceStart(long count, int rank, int size)
    {
        const long line = 32;
        var lines = (count + line - 1) / line;
        return Math.Min(count, lines * rank / size * line);
    }

    private static void Add<T>(ReadOnlySpan<nint> sources, ReadOnlySpan<nint> targets, long first, long last)
        where T : unmanaged, INumber<T>
    {
        var width = Vector<T>.Count;
        var i = first;
        for (; i + (4 * width) <= last; i += 4 * width)
        {
            var from = (T*)sources[0] + i;
            Vector<T> a = Load(from),
                b = Load(from + width),
                c = Load(from + (2 * width)),
                d = Load(from + (3 * width));
            foreach (var source in sources[1..])
            {
                from = (T*)source + i;
                a += Load(from);
                b += Load(from + width);
                c += Load(from + (2 * width));
                d += Load(from + (3 * width));
            }

            foreach (var target in targets)
            {
                var to = (T*)target + i;
                Unsafe.WriteUnaligned(to, a);
                Unsafe.WriteUnaligned(to + width, b);
                Unsafe.WriteUnaligned(to + (2 * width), c);
                Unsafe.WriteUnaligned(to + (3 * width), d);
            }
        }

        for (; i < last; i++)
        {
            var sum = ((T*)sources[0])[i];
            foreach (var source in sources[1..])
            {
                sum += ((T*)source)[i];
            }

            foreach (var target in targets)
            {
                ((T*)target)[i] = sum;
            }
        }
    }

    private static Vector<T> Load<T>(T* from)
        where T : unmanaged => Unsafe.ReadUnaligned<Vector<T>>(from);
}
