using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PPYolo.Kernels.Memory;
using static TorchSharp.torch;

namespace PPYolo.Train.Optimization;

/// <summary>
/// A change of a tensor, element by element. On the CPU in float32 it runs as one pass over memory, in pieces that threads share; elsewhere
/// as torch operations over all tensors at once. Both round in the same places.
/// </summary>
internal abstract unsafe class ElementwiseUpdate
{
    private const long PieceElements = 1 << 16;

    /// <summary>Runs updates of different tensors.</summary>
    /// <param name="updates">The updates.</param>
    /// <param name="elsewhere">Runs them by torch operations.</param>
    protected static void Run<T>(IReadOnlyList<T> updates, Action<IReadOnlyList<T>> elsewhere)
        where T : ElementwiseUpdate
    {
        if (updates.All(update => update.IsPlainMemory))
        {
            var pieces = new List<(ElementwiseUpdate Update, long Start, int Length)>();
            foreach (var update in updates)
            {
                update.Pin();
                var count = update.Tensors[0].numel();
                for (long start = 0; start < count; start += PieceElements)
                {
                    pieces.Add((update, start, (int)Math.Min(PieceElements, count - start)));
                }
            }

            var threads = new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() };
            Parallel.ForEach(pieces, threads, piece => piece.Update.RunPiece(piece.Start, piece.Length));
            return;
        }

        using var scope = NewDisposeScope();
        elsewhere(updates);
    }

    /// <summary>The tensors at one place in each update.</summary>
    protected static Tensor[] All(IEnumerable<ElementwiseUpdate> updates, int place) =>
        [.. updates.Select(update => update.Tensors[place])];

    /// <summary>All tensors of this update, which have the same number of elements.</summary>
    protected abstract IReadOnlyList<Tensor> Tensors { get; }

    /// <summary>Takes the addresses of the tensors' memory.</summary>
    protected abstract void Pin();

    /// <summary>Updates some elements in place.</summary>
    protected abstract void RunPiece(long start, int length);

    /// <summary>The address of a contiguous float32 CPU tensor's elements.</summary>
    protected static float* Address(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    private bool IsPlainMemory => Tensors.All(TensorMemory.IsPlain);
}
