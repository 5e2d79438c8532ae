namespace PPYolo.Align.Golden;

/// <summary>Which of a run's tensors one is, in the order in which a step computes them.</summary>
public enum GoldenPart
{
    /// <summary>A gradient of iteration 0.</summary>
    Gradient,

    /// <summary>A weight or buffer after the last iteration.</summary>
    Weight,

    /// <summary>An optimizer's buffer after the last iteration.</summary>
    Momentum,

    /// <summary>A moving average after the last iteration.</summary>
    Average,
}
