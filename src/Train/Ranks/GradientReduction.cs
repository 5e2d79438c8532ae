using PPYolo.Kernels.Memory;
using PPYolo.Kernels.Operations;
using PPYolo.Model.State;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Train.Ranks;

/// <summary>
/// Averages gradients over ranks. Large ones in the CPU's memory are summed where they are; all others are packed into one tensor, so that
/// a reduction is few large calls. A parameter without a gradient on this rank counts as zero where another rank has one, and stays
/// without where none has.
/// </summary>
/// <param name="ranks">Who trains.</param>
/// <param name="parameters">The trainable parameters, in the same order on every rank.</param>
public sealed class GradientReduction(IRanks ranks, IReadOnlyList<StateEntry> parameters)
{
    /// <summary>From 1 MB on the copy into a tensor costs more than a call.</summary>
    private const long LargeElements = 1 << 18;

    /// <summary>Replaces every gradient by its average over all ranks.</summary>
    public void Average()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var size = Scalars.Of(ranks.Size);
        var used = UsedAnywhere().ToLookup(IsLarge);
        foreach (var parameter in used[true])
        {
            var gradient = parameter.grad ?? zeros_like(parameter, requires_grad: false);
            // Nearly always the gradient itself.
            var sum = gradient.contiguous();
            ranks.Sum("gradients", sum);
            sum.div_(size);
            if (parameter.grad is null)
            {
                parameter.grad = sum;
            }
            else if (!gradient.is_contiguous())
            {
                gradient.copy_(sum);
            }
        }

        if (used[false].Any())
        {
            AveragePacked([.. used[false]], size);
        }
    }

    private void AveragePacked(Tensor[] few, Scalar size)
    {
        var packed = cat([.. few.Select(parameter => (parameter.grad ?? zeros_like(parameter, requires_grad: false)).reshape(-1))]);
        ranks.Sum("gradients", packed);
        packed.div_(size);
        long start = 0;
        foreach (var parameter in few)
        {
            parameter.grad = packed.narrow(0, start, parameter.numel()).view(parameter.shape);
            start += parameter.numel();
        }
    }

    private List<Tensor> UsedAnywhere()
    {
        var mine = parameters.Select(entry => (byte)(entry.Value.grad is null ? 0 : 1)).ToArray();
        var all = ranks.Gather("parameters with a gradient", mine);
        return [.. parameters.Where((_, index) => all.Any(rank => rank[index] == 1)).Select(entry => entry.Value)];
    }

    private static bool IsLarge(Tensor parameter) => CpuPath.HasMemory(parameter) && parameter.numel() >= LargeElements;
}
