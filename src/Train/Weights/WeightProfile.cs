namespace PPYolo.Train.Weights;

/// <summary>How generated weights are scaled.</summary>
public enum WeightProfile
{
    /// <summary>As a convolution network is commonly initialized.</summary>
    Plain,

    /// <summary>
    /// With small residual branches and small outputs, so that rounding differences do not grow from iteration to iteration and ten iterations can be compared.
    /// </summary>
    Calm,
}
