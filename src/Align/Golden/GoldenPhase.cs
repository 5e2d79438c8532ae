namespace PPYolo.Align.Golden;

/// <summary>The phases of an iteration in order.</summary>
public enum GoldenPhase
{
    /// <summary>Losses and running statistics.</summary>
    Forward,

    /// <summary>Gradients.</summary>
    Backward,

    /// <summary>Learning rate and weights.</summary>
    Optimizer,

    /// <summary>Moving averages.</summary>
    Average,
}
