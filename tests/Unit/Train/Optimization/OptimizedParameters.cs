using PPYolo.Model.State;
using PPYolo.Train.Optimization;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Optimization;

/// <summary>
/// Parameters in two groups, as a network's are, of sizes that fill vectors and pieces of work or leave a rest; the same every time it is
/// made.
/// </summary>
internal sealed class OptimizedParameters
{
    public const double Decay = 0.05;

    private static readonly (string Key, long[] Shape)[] Shapes =
    [
        ("a.norm.weight", [5]),
        ("a.norm.bias", [64]),
        ("a.conv.weight", [17, 3, 3, 3]),
        ("b.conv.weight", [257, 300]),
        ("yolo_head.yolo_output_0.bias", [1]),
    ];

    public OptimizedParameters() =>
        Entries = [
            .. Shapes.Select(shape => new StateEntry(shape.Key, nn.Parameter(TestTensors.Of(shape.Key, 1, shape.Shape)))
            {
                Decays = shape.Key.EndsWith("conv.weight", StringComparison.Ordinal),
            }),
        ];

    public IReadOnlyList<StateEntry> Entries { get; }

    public IReadOnlyList<ParameterGroup> Groups => ParameterGroup.Of(Entries, Decay);

    public StateEntry this[string key] => Entries.Single(entry => entry.Key == key);

    /// <summary>Gives every parameter, but those that are left out, the gradient of an iteration.</summary>
    public void SetGradients(int iteration, params string[] without)
    {
        foreach (var entry in Entries)
        {
            entry.Value.grad = without.Contains(entry.Key) ? null : TestTensors.Of($"{entry.Key} {iteration}", 2, entry.Value.shape);
        }
    }
}
