using System.Numerics;
using PPYolo.Kernels.Kinks;
using PPYolo.Kernels.Memory;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Elementwise;

/// <summary>The end of a residual block: max(branch + shortcut, 0).</summary>
internal static unsafe class ResidualSum
{
    private const int PieceElements = 1 << 15;

    /// <summary>Adds and rectifies, over the memory of the branch.</summary>
    /// <param name="branch">(B,C,H,W), given away by the caller.</param>
    /// <param name="shortcut">(B,C,H,W).</param>
    /// <returns>The branch's tensor.</returns>
    public static Tensor OfOwn(Tensor branch, Tensor shortcut)
    {
        if (
            (is_grad_enabled() && (branch.requires_grad || shortcut.requires_grad))
            || !TensorMemory.IsPlain(branch)
            || !TensorMemory.IsPlain(shortcut)
        )
        {
            var added = branch.Add(shortcut);
            if (KinkWatch.IsOn && TensorMemory.IsPlain(added))
            {
                KinkWatch.SeeValues(added);
            }

            return added.relu_();
        }

        // One pass over memory for two: frozen stages have the largest maps.
        float* sum = TensorMemory.Address<float>(branch),
            addend = TensorMemory.Address<float>(shortcut);
        var count = branch.numel();
        Work.ForEach(
            (int)((count + PieceElements - 1) / PieceElements),
            get_num_threads(),
            piece => AddRectified(sum, addend, (long)piece * PieceElements, Math.Min(count, (piece + 1L) * PieceElements))
        );
        GC.KeepAlive(branch);
        GC.KeepAlive(shortcut);
        return branch;
    }

    private static void AddRectified(float* sum, float* added, long first, long last)
    {
        var i = first;
        for (; i <= last - Vector<float>.Count; i += Vector<float>.Count)
        {
            Prefetch.After(sum + i);
            Prefetch.After(added + i);
            var value = Vector.Load(sum + i) + Vector.Load(added + i);
            // A NaN stays one.
            Vector.ConditionalSelect(Vector.LessThanOrEqual(value, Vector<float>.Zero), Vector<float>.Zero, value).Store(sum + i);
        }

        for (; i < last; i++)
        {
            var value = sum[i] + added[i];
            sum[i] = value <= 0 ? 0 : value;
        }
    }
}
