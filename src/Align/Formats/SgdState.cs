using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>The state of PyTorch's SGD: what its state_dict holds.</summary>
/// <param name="Groups">The groups of parameters.</param>
/// <param name="MomentumBuffers">The momentum of each parameter that has been stepped, by the parameter's number.</param>
public sealed record SgdState(IReadOnlyList<SgdGroup> Groups, IReadOnlyDictionary<long, TensorData> MomentumBuffers)
{
    private const string BufferKey = "momentum_buffer";

    private static readonly HashSet<string> Known =
    [
        "lr",
        "momentum",
        "dampening",
        "weight_decay",
        "nesterov",
        "maximize",
        "foreach",
        "differentiable",
        "params",
    ];

    /// <summary>The value that PyTorch's SGD loads.</summary>
    public PickleValue ToPickle() =>
        PickleValue.Dict(
            (
                "state",
                PickleValue.Dict(MomentumBuffers.Select(buffer => ((PickleValue)buffer.Key, PickleValue.Dict((BufferKey, buffer.Value)))))
            ),
            ("param_groups", PickleValue.List(Groups.Select(ToPickle)))
        );

    /// <summary>Understands the value of a checkpoint.</summary>
    /// <exception cref="AlignException">It is not the state of an SGD.</exception>
    public static SgdState FromPickle(PickleValue value)
    {
        var buffers = new Dictionary<long, TensorData>();
        foreach (var (key, state) in value["state"].AsDict())
        {
            // A parameter that had no gradient in the first step has None.
            if (state.TryGet(BufferKey, out var buffer) && buffer.Kind != PickleKind.None)
            {
                buffers.Add(key.AsInt(), buffer.AsTensor());
            }
        }

        return new SgdState([.. value["param_groups"].AsList().Select(Group)], buffers);
    }

    private static PickleValue ToPickle(SgdGroup group) =>
        PickleValue.Dict(
            new (PickleValue, PickleValue)[]
            {
                ("lr", group.LearningRate),
                ("momentum", group.Momentum),
                ("dampening", group.Dampening),
                ("weight_decay", group.WeightDecay),
                ("nesterov", group.Nesterov),
                ("maximize", false),
                ("foreach", PickleValue.None),
                ("differentiable", false),
            }
                .Concat(group.Others.Select(other => ((PickleValue)other.Key, other.Value)))
                .Append(("params", PickleValue.List(group.Parameters.Select(parameter => (PickleValue)parameter))))
        );

    private static SgdGroup Group(PickleValue group) =>
        new(
            group["lr"].AsFloat(),
            group["momentum"].AsFloat(),
            group["weight_decay"].AsFloat(),
            [.. group["params"].AsList().Select(index => index.AsInt())]
        )
        {
            Dampening = group.TryGet("dampening", out var dampening) ? dampening.AsFloat() : 0,
            Nesterov = group.TryGet("nesterov", out var nesterov) && nesterov.AsBool(),
            Others =
            [
                .. group.AsDict().Where(entry => !Known.Contains(entry.Key.AsText())).Select(entry => (entry.Key.AsText(), entry.Value)),
            ],
        };
}
