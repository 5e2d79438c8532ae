using PPYolo.Kernels.Operations;
using PPYolo.Model.State;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Train.Ranks;

/// <summary>
/// Averages gradients over ranks. Large ones are summed where they are; small ones are packed into a flat buffer that is kept from
/// iteration to iteration, so that a reduction is few large calls. A parameter without a gradient on this rank counts as zero where another
/// rank has one, and stays without where none has.
/// </summary>
/// <param name="ranks">Who trains.</param>
/// <param name="parameters">The trainable parameters, in the same order on every rank.</param>
public sealed class GradientReduction(IRanks ranks, IReadOnlyList<StateEntry> parameters) : IDisposable
{
    /// <summary>From 1 MB on the copies into a buffer and back cost more than a call.</summary>
    private const long LargeElements = 1 << 18;

    private readonly int[] large = [.. Enumerable.Range(0, parameters.Count).Where(i => IsLarge(parameters[i]))];
    private readonly List<(int Index, long Offset)> places = Places(parameters);
    private readonly Tensor? buffer = Buffer(parameters);

    /// <summary>Replaces every gradient by its average over all ranks, in place.</summary>
    public void Average()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var present = UsedAnywhere();
        var size = Scalars.Of(ranks.Size);
        foreach (var index in large.Where(index => present[index]))
        {
            var parameter = parameters[index].Value;
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

        if (buffer is not null)
        {
            AverageSmall(buffer, present, size);
        }
    }

    /// <inheritdoc />
    public void Dispose() => buffer?.Dispose();

    private void AverageSmall(Tensor packed, bool[] present, Scalar size)
    {
        foreach (var (index, offset) in places)
        {
            var part = packed.narrow(0, offset, parameters[index].Value.numel());
            if (parameters[index].Value.grad is { } gradient)
            {
                part.copy_(gradient.reshape(-1));
            }
            else
            {
                part.zero_();
            }
        }

        ranks.Sum("gradients", packed);
        packed.div_(size);
        foreach (var (index, offset) in places.Where(place => present[place.Index]))
        {
            var parameter = parameters[index].Value;
            var average = packed.narrow(0, offset, parameter.numel()).view(parameter.shape);
            if (parameter.grad is { } gradient)
            {
                gradient.copy_(average);
            }
            else
            {
                parameter.grad = average.clone();
            }
        }
    }

    private bool[] UsedAnywhere()
    {
        var mine = parameters.Select(entry => (byte)(entry.Value.grad is null ? 0 : 1)).ToArray();
        var all = ranks.Gather("parameters with a gradient", mine);
        return [.. parameters.Select((_, index) => all.Any(rank => rank[index] == 1))];
    }

    private static bool IsLarge(StateEntry parameter) => parameter.Value.numel() >= LargeElements;

    private static List<(int Index, long Offset)> Places(IReadOnlyList<StateEntry> parameters)
    {
        var places = new List<(int Index, long Offset)>();
        long length = 0;
        for (var i = 0; i < parameters.Count; i++)
        {
            if (!IsLarge(parameters[i]))
            {
                places.Add((i, length));
                length += parameters[i].Value.numel();
            }
        }

        return places;
    }

    private static Tensor? Buffer(IReadOnlyList<StateEntry> parameters)
    {
        var small = parameters.Where(parameter => !IsLarge(parameter)).ToList();
        return small.Count == 0
            ? null
            : zeros(small.Sum(parameter => parameter.Value.numel()), device: small[0].Value.device).DetachFromDisposeScope();
    }
}
