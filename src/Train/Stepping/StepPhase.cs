namespace PPYolo.Train.Stepping;

/// <summary>What a training step has just done.</summary>
public enum StepPhase
{
    /// <summary>The losses are there.</summary>
    Forward,

    /// <summary>Gradients are there, as backward left them, averaged over ranks.</summary>
    Backward,

    /// <summary>Weights and momentum have changed.</summary>
    Optimizer,

    /// <summary>The moving average has changed.</summary>
    Ema,
}
