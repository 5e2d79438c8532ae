namespace PPYolo.Tests.Faults;

/// <summary>Where in a training a fault is.</summary>
internal enum FaultFamily
{
    Loss,
    Targets,
    Data,
    Neck,
    Backbone,
    Norm,
    Activation,
    Optimizer,
    Average,
    Schedule,
    Ranks,
    Precision,

    /// <summary>Memory that is shared, overwritten or read at the wrong time.</summary>
    Aliasing,
    Weights,
}
