namespace PPYolo.Tests.Unit.Harness.Explain;

/// <summary>Bugs of the twin in benchmarks/Peers/python/recorded.py, taken from the families of tests/Faults.</summary>
/// <param name="Name">Its word in recorded.py.</param>
/// <param name="Place">Where it enters: iteration, phase, and a name with * for what may vary.</param>
/// <param name="Causes">The ids of causes that name it rightly; none where no cause does.</param>
internal sealed record PythonFault(string Name, string Place, params string[] Causes)
{
    public static IReadOnlyList<PythonFault> All { get; } =
    [
        new("decay", "0 momentum *", "weight-decay-other"),
        new("decay-missing", "0 momentum *", "weight-decay-missing"),
        new("decay-all", "0 momentum *", "weight-decay-all-groups"),
        new("momentum", "1 momentum *", "momentum"),
        new("nesterov", "0 weights *", "nesterov"),
        new("dampening", "1 momentum *", "dampening"),
        new("rate-late", "1 schedule rate", "rate-shifted", "rate-other"),
        new("rate-full", "0 schedule rate", "warm-up-missing", "rate-other"),
        new("step-twice", "0 weights *", "rate-applied"),
        new("not-cleared", "1 gradient *", "gradients-accumulated"),
        new("loss-times", "0 backward *", "gradient-scale", "loss-scale"),
        new("average", "0 ema *", "ema-before-optimizer"),
        new("average-constant", "0 ema *", "ema-no-ramp", "ema-decay"),
        new("average-uncorrected", "1 end *", "ema-not-corrected"),
        new("average-statistics", "0 ema *", "ema-buffers-left-out"),
        new("norm-momentum", "0 buffers *", "norm-momentum"),
        new("norm-evaluation", "0 forward backbone.conv1.conv1_1", "norm-eval-mode"),
        new("norm-epsilon", "0 forward backbone.conv1.conv1_1", "norm-epsilon"),
        new("channels", "0 data image", "channel-order"),
        new("weight", "0 start neck.yolo_transition_0.conv.weight", "weights-not-loaded"),
        new("order", "0 data image", "batch-order"),
        new("scale", "0 loss loss_xy", "scale-x-y"),
        new("iou", "0 loss loss_iou", "iou-loss-weight"),
        new("slope", "0 forward neck.*"),
    ];

    /// <summary>How many iterations it takes to see it: 1 or 2.</summary>
    public int Iterations => Place.StartsWith('0') && Name != "order" ? 1 : 2;

    public override string ToString() => Name;
}
