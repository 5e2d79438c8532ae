using PPYolo.Kernels.Operations;
using PPYolo.Model.State;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Faults;

/// <summary>Wrong gradients.</summary>
internal static class GradientFaults
{
    /// <summary>Each backward pass adds to the gradients of those before.</summary>
    public static Alteration NotCleared() => new() { Parts = parts => parts with { ClearGradients = () => { } } };

    /// <summary>Each backward pass adds to the gradients of some parameters of those before.</summary>
    public static Alteration NotCleared(IReadOnlyList<string> keys) =>
        new()
        {
            Parts = parts =>
            {
                var last = new Dictionary<string, Tensor>(StringComparer.Ordinal);
                return AfterBackward(own =>
                    {
                        foreach (
                            var gradient in keys.Select(key => (Key: key, own.Entry(key).Value.grad)).Where(one => one.grad is not null)
                        )
                        {
                            if (last.TryGetValue(gradient.Key, out var before))
                            {
                                gradient.grad!.Add(before);
                                before.Dispose();
                            }

                            last[gradient.Key] = gradient.grad!.clone().DetachFromDisposeScope();
                        }
                    })
                    .Parts(parts);
            },
        };

    /// <summary>What is differentiated is a multiple of the loss.</summary>
    public static Alteration LossTimes(double factor) => LossTimes(_ => factor);

    /// <summary>What is differentiated is the loss summed over the images of a rank.</summary>
    public static Alteration LossSummedOverImages() => LossTimes(moment => moment.Batch.Count);

    /// <summary>A parameter has no gradient.</summary>
    public static Alteration Dropped(string key) => Dropped([key]);

    /// <summary>Parameters have no gradient.</summary>
    public static Alteration Dropped(IReadOnlyList<string> keys) =>
        AfterBackward(parts =>
        {
            foreach (var key in keys)
            {
                parts.Entry(key).Value.grad = null;
            }
        });

    /// <summary>The gradients of parameters are zero in one iteration.</summary>
    public static Alteration Zero(IReadOnlyList<string> keys, int iteration) =>
        In(iteration, AfterBackward(parts => Scale(parts.Entries.Where(entry => keys.Contains(entry.Key)), 0)));

    /// <summary>Parameters have no gradient in one iteration.</summary>
    public static Alteration Dropped(IReadOnlyList<string> keys, int iteration) => In(iteration, Dropped(keys));

    private static Alteration In(int iteration, Alteration backward) =>
        new()
        {
            Parts = parts =>
            {
                var altered = backward.Parts(parts);
                return parts with
                {
                    Backward = (moment, weight) => (moment.Iteration == iteration ? altered : parts).Backward(moment, weight),
                };
            },
        };

    /// <summary>Something happens to a rank's gradients, or to weights, after the backward pass.</summary>
    public static Alteration AfterBackward(Action<StepParts> change) =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Backward = (moment, weight) =>
                    {
                        parts.Backward(moment, weight);
                        using var noGrad = no_grad();
                        change(parts);
                    },
                },
        };

    /// <summary>Something happens to gradients after they were averaged over ranks.</summary>
    public static Alteration AfterReduction(Action<StepParts> change) =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Reduce = () =>
                    {
                        parts.Reduce();
                        using var noGrad = no_grad();
                        change(parts);
                    },
                },
        };

    /// <summary>Multiplies the gradients that are there.</summary>
    internal static void Scale(IEnumerable<StateEntry> entries, double factor)
    {
        foreach (var entry in entries.Where(entry => entry.IsTrainable && entry.Value.grad is not null))
        {
            entry.Value.grad!.mul_(Scalars.Of(factor));
        }
    }

    private static Alteration LossTimes(Func<StepMoment, double> factor) =>
        new() { Parts = parts => parts with { Backward = (moment, weight) => parts.Backward(moment, weight * factor(moment)) } };
}
