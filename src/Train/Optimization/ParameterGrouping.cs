namespace PPYolo.Train.Optimization;

/// <summary>How parameters are grouped in the optimizer: what is clipped together, and how checkpoints hold its state.</summary>
public enum ParameterGrouping
{
    /// <summary>Two groups: without and with weight decay, as the reference has it from June 2023 on.</summary>
    Decay,

    /// <summary>One group for each parameter, as the reference had it until May 2023.</summary>
    Each,
}
