namespace PPYolo.Align.Traces;

/// <summary>The parts of a training iteration, in order of execution.</summary>
public enum TracePhase
{
    /// <summary>Weights and buffers before the first iteration.</summary>
    Start,

    /// <summary>What is fed: images, boxes, targets.</summary>
    Data,

    /// <summary>Each module's output.</summary>
    Forward,

    /// <summary>Running statistics and batch counters after the forward pass.</summary>
    Buffers,

    /// <summary>Each loss and their sum, over all ranks.</summary>
    Loss,

    /// <summary>The gradient with respect to each module's output, in backward order.</summary>
    Backward,

    /// <summary>The gradient of each parameter, of this rank's images alone.</summary>
    Gradient,

    /// <summary>The gradient of each parameter over all ranks, as the optimizer gets it.</summary>
    Reduction,

    /// <summary>The learning rate.</summary>
    Schedule,

    /// <summary>The optimizer's momentum after the step.</summary>
    Momentum,

    /// <summary>Parameters after the step.</summary>
    Weights,

    /// <summary>The moving average after the step, not corrected for its start.</summary>
    Ema,

    /// <summary>What the run ends with: the moving average as it is saved.</summary>
    End,
}
