using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Train.Optimization;

namespace PPYolo.Train.Epochs;

/// <summary>The optimizer's state as PyTorch's SGD has it: parameters are numbered over the groups, in their order.</summary>
internal static class SgdCheckpoint
{
    /// <summary>Copies an optimizer's state.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="momentum">Its momentum.</param>
    /// <param name="rate">The rate of the next iteration.</param>
    public static SgdState Of(SgdMomentum optimizer, double momentum, double rate)
    {
        var buffers = optimizer.Momentum();
        var groups = new List<SgdGroup>();
        var state = new Dictionary<long, TensorData>();
        long number = 0;
        foreach (var group in optimizer.Groups)
        {
            groups.Add(new(rate, momentum, group.WeightDecay, [.. group.Parameters.Select((_, i) => number + i)]));
            foreach (var parameter in group.Parameters)
            {
                if (buffers.TryGet(parameter.Key, out var buffer))
                {
                    state.Add(number, buffer);
                }

                number++;
            }
        }

        return new(groups, state);
    }

    /// <summary>Takes the momentum over. Rates and decays are the recipe's.</summary>
    /// <exception cref="AlignException">The groups are others.</exception>
    public static void Load(SgdMomentum optimizer, SgdState state)
    {
        var (expected, found) = (
            optimizer.Groups.Select(group => group.Parameters.Count).ToList(),
            state.Groups.Select(group => group.Parameters.Count).ToList()
        );
        if (!expected.SequenceEqual(found))
        {
            throw new AlignException(
                $"expected an optimizer of {string.Join(" + ", expected)} parameters, found {string.Join(" + ", found)}; freezeAt or "
                    + $"the network may be another"
            );
        }

        var keys = optimizer
            .Groups.Zip(
                state.Groups,
                (mine, theirs) => mine.Parameters.Zip(theirs.Parameters, (parameter, number) => (number, parameter.Key))
            )
            .SelectMany(pairs => pairs)
            .ToDictionary();
        var momentum = new NamedTensors();
        foreach (var (number, buffer) in state.MomentumBuffers)
        {
            momentum.Add(
                keys.TryGetValue(number, out var key)
                    ? key
                    : throw new AlignException($"expected momentum of a parameter of a group, found one of number {number}"),
                buffer
            );
        }

        optimizer.LoadMomentum(momentum);
    }
}
