using PPYolo.Model.State;

namespace PPYolo.Train.Optimization;

/// <summary>Parameters that share a weight decay.</summary>
/// <param name="Name">no_L2 or use_L2.</param>
/// <param name="Parameters">In state_dict order.</param>
/// <param name="WeightDecay">Added to the gradient, times the parameter.</param>
public sealed record ParameterGroup(string Name, IReadOnlyList<StateEntry> Parameters, double WeightDecay)
{
    /// <summary>The group without weight decay: norms and the head's biases.</summary>
    public const string NoDecay = "no_L2";

    /// <summary>The group with weight decay: convolution weights, and the bias that predicts deformable offsets.</summary>
    public const string Decay = "use_L2";

    /// <summary>The reference's groups of the parameters that train.</summary>
    /// <param name="entries">The network's state_dict.</param>
    /// <param name="weightDecay">That of the parameters that have one.</param>
    /// <param name="grouping">Two groups by weight decay, or one for each parameter in <see cref="ConstructionOrder"/>.</param>
    public static IReadOnlyList<ParameterGroup> Of(
        IReadOnlyList<StateEntry> entries,
        double weightDecay,
        ParameterGrouping grouping = ParameterGrouping.Decay
    )
    {
        var trainable = entries.Where(entry => entry.IsTrainable).ToList();
        if (grouping == ParameterGrouping.Each)
        {
            return
            [
                .. ConstructionOrder
                    .Of(trainable)
                    .Select(entry => new ParameterGroup(NameFor(entry), [entry], entry.Decays ? weightDecay : 0)),
            ];
        }

        var groups = trainable.ToLookup(NameFor);
        return [new(NoDecay, [.. groups[NoDecay]], 0), new(Decay, [.. groups[Decay]], weightDecay)];
    }

    /// <summary>The group that a parameter belongs to where it trains.</summary>
    public static string NameFor(StateEntry entry) => entry.Decays ? Decay : NoDecay;
}
