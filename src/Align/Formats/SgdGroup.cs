namespace PPYolo.Align.Formats;

/// <summary>A group of parameters of PyTorch's SGD.</summary>
/// <param name="LearningRate">The rate at this moment.</param>
/// <param name="Momentum">The momentum.</param>
/// <param name="WeightDecay">The weight decay.</param>
/// <param name="Parameters">The numbers of its parameters. All groups together count from 0.</param>
public sealed record SgdGroup(double LearningRate, double Momentum, double WeightDecay, IReadOnlyList<long> Parameters)
{
    /// <summary>The dampening of the momentum.</summary>
    public double Dampening { get; init; }

    /// <summary>Whether the momentum is Nesterov's.</summary>
    public bool Nesterov { get; init; }

    /// <summary>Options that PyTorch's SGD does not know and hands through, such as the reference's lr_factor.</summary>
    public IReadOnlyList<(string Key, PickleValue Value)> Others { get; init; } = [];
}
