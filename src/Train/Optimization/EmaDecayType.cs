namespace PPYolo.Train.Optimization;

/// <summary>How the decay of the moving average depends on the number of updates so far.</summary>
public enum EmaDecayType
{
    /// <summary>min(decay, (1 + step) / (10 + step)).</summary>
    Threshold,

    /// <summary>decay * (1 - exp(-(step + 1) / 2000)).</summary>
    Exponential,

    /// <summary>decay, from the start.</summary>
    Normal,
}
