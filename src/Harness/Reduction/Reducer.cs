using PPYolo.Align;
using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;

namespace PPYolo.Harness.Reduction;

/// <summary>Finds the smallest module, and the fewest images, that show the difference of two runs.</summary>
/// <param name="own">The run whose inputs and weights are taken.</param>
/// <param name="first">What is expected.</param>
/// <param name="second">What was found.</param>
/// <param name="seed">Of the runs' random numbers.</param>
internal sealed class Reducer(ReducibleRun own, IReducedSide first, IReducedSide second, string seed)
{
    /// <summary>A module that runs alone rounds by no more than this, over the norm of what it computes.</summary>
    public const double LeastBound = 1e-6;

    /// <summary>What a folder may take.</summary>
    public const long MostBytes = 20_000_000;

    // Text beside the tensors.
    private const long Reserve = 200_000;

    // Inputs that are no larger are not cut into smaller maps.
    private const long Small = 1_000_000;

    private const int Twins = 2;

    /// <summary>Reduces.</summary>
    /// <param name="place">Where the runs part.</param>
    /// <param name="trace">An iteration of the run, for the order of its modules.</param>
    /// <param name="leastBound">What two recordings of the same may differ by at that place.</param>
    /// <returns>The difference; null where no module shows it alone.</returns>
    /// <exception cref="AlignException">It does not fit into a folder.</exception>
    public ReducedDifference? Reduce(TraceKey place, IterationTrace trace, double leastBound = LeastBound)
    {
        var candidates = ReductionPlaces.Of(place, own, trace);
        if (candidates.Count == 0)
        {
            return null;
        }

        var inputs = own.Inputs(candidates);
        foreach (var module in candidates.Where(inputs.ContainsKey))
        {
            var whole = inputs[module];
            var weights = own.WeightsOf(module);
            var all = Enumerable.Range(0, (int)whole["input0"].Shape[0]).ToList();
            if (Trial(module, whole, weights, all, leastBound) is { } trial)
            {
                return Shrunk(module, whole, weights, all, trial, leastBound);
            }
        }

        return null;
    }

    private ReducedDifference Shrunk(string module, NamedTensors whole, NamedTensors weights, List<int> all, Shown shown, double leastBound)
    {
        var proof = shown.Tensors[0].Name;
        IReadOnlyList<int> images = all;
        var inputs = whole;
        foreach (var some in Fewer(all))
        {
            var rows = Rows.Of(whole, some);
            if (Trial(module, rows, weights, some, leastBound) is { } trial && trial.Tensors.Any(tensor => tensor.Name == proof))
            {
                (images, inputs, shown) = (some, rows, trial);
                break;
            }
        }

        while (Rows.Bytes(inputs) > Small && Rows.Quarter(inputs) is { } quarter)
        {
            if (Trial(module, quarter, weights, null, leastBound) is not { } trial || !trial.Tensors.Any(tensor => tensor.Name == proof))
            {
                break;
            }

            (inputs, shown) = (quarter, trial);
        }

        return Fitted(module, images, all.Count, inputs, weights, shown);
    }

    /// <summary>One image, then two.</summary>
    private static IEnumerable<IReadOnlyList<int>> Fewer(List<int> all) =>
        all.Where(_ => all.Count > 1)
            .Select(image => (IReadOnlyList<int>)[image])
            .Concat(all.Count > 2 ? all.SelectMany(a => all.Where(b => b > a).Select(b => (IReadOnlyList<int>)[a, b])) : []);

    /// <summary>Keeps as many of the tensors that differ as the folder holds.</summary>
    private ReducedDifference Fitted(
        string module,
        IReadOnlyList<int> images,
        int of,
        NamedTensors inputs,
        NamedTensors weights,
        Shown shown
    )
    {
        var bytes = Reserve + Rows.Bytes(inputs) + Rows.Bytes(weights);
        var kept = new List<ReducedTensor>();
        NamedTensors expected = [],
            found = [];
        foreach (var tensor in shown.Tensors)
        {
            shown.First.TryGet(tensor.Name, out var a);
            shown.Second.TryGet(tensor.Name, out var b);
            var size = (a?.Bytes.Length ?? 0) + (b?.Bytes.Length ?? 0);
            if (bytes + size > MostBytes)
            {
                continue;
            }

            bytes += size;
            kept.Add(tensor);
            if (a is not null)
            {
                expected.Add(tensor.Name, a);
            }

            if (b is not null)
            {
                found.Add(tensor.Name, b);
            }
        }

        return kept.Count == 0
            ? throw new AlignException(
                $"module {module} shows the difference, but its inputs, weights and outputs take more than {MostBytes / 1_000_000} MB; "
                    + "record both runs with smaller sizes (--set 'sizes=[96]')"
            )
            : new(
                new(
                    "ppyolo-reduction",
                    1,
                    module,
                    own.LayersIn(module),
                    seed,
                    own.Iteration,
                    images,
                    of,
                    [.. inputs["input0"].Shape],
                    kept
                ),
                inputs,
                weights,
                expected,
                found
            );
    }

    /// <summary>The tensors in which a module of both differs by more than noise; null where it does not, or cannot be run so.</summary>
    private Shown? Trial(string module, NamedTensors inputs, NamedTensors weights, IReadOnlyList<int>? images, double leastBound)
    {
        try
        {
            if (
                first.Run(module, inputs, weights, images) is not { } expected
                || second.Run(module, inputs, weights, images) is not { } found
            )
            {
                return null;
            }

            // Where both are other programs, this one tells how a module rounds.
            var repeated =
                first == own ? expected
                : second == own ? found
                : own.Run(module, inputs, weights, images);
            if (!IsFinite(repeated))
            {
                return null;
            }

            var twins = Enumerable
                .Range(1, Twins)
                .Select(twin =>
                    own.Run(module, Perturbation.Of(inputs, $"reduce/{twin}"), Perturbation.Of(weights, $"reduce/{twin}"), images)
                )
                .ToList();
            var differing = expected
                .Names.Union(found.Names)
                .Where(name => first.Knows(name) && second.Knows(name))
                .Select(name =>
                {
                    var noise = repeated.Contains(name) ? twins.Max(twin => ReducedModule.Distance(repeated, twin, name)) : 0;
                    var bound = Math.Max(leastBound, TraceComparison.Allowance * noise);
                    var distance = ReducedModule.Distance(expected, found, name);
                    return (
                        Tensor: new ReducedTensor(name, bound, double.IsFinite(distance) ? distance : null),
                        Exceeds: !(distance <= bound)
                    );
                })
                .Where(tensor => tensor.Exceeds)
                .Select(tensor => tensor.Tensor)
                .ToList();
            return differing.Count == 0 ? null : new(differing, expected, found);
        }
        catch (Exception error) when (ReducedModule.DoesNotRunAlone(error))
        {
            // It shows nothing.
            return null;
        }
    }

    private static bool IsFinite(NamedTensors results) =>
        results.All(pair =>
            double.IsFinite(ReducedModule.Distance(results, new NamedTensors { { pair.Key, Zero(pair.Value) } }, pair.Key))
        );

    private static TensorData Zero(TensorData like) => new(like.Type, like.Shape.AsSpan(), new byte[like.Bytes.Length]);

    private sealed record Shown(IReadOnlyList<ReducedTensor> Tensors, NamedTensors First, NamedTensors Second);
}
