namespace PPYolo.Train.Weights;

/// <summary>How generated weights are scaled.</summary>
public enum WeightProfile
{
    /// <summary>As a convolution network is commonly initialized.</summary>
    Plain,

    /// <summary>
    /// With small residual branches and small outputs, so that rounding differences do not grow from iteration to iteration and ten
    /// iterations can be compared.
    /// </summary>
    Calm,

    /// <summary>
    /// For training from nothing, without a backbone that has seen images: norms of 1 and 0, deformable convolutions that start as plain
    /// ones, and an objectness that starts low, so that the first iterations are not spent on unlearning objects everywhere.
    /// </summary>
    Scratch,
}
