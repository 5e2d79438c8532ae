using PPYolo.Align.Sketching;

namespace PPYolo.Align.Golden;

/// <summary>Measures floors: how far a run is from twins of it that differ in what cannot matter.</summary>
public static class GoldenFloors
{
    /// <summary>Twins of a usual golden.</summary>
    public const int StandardTwins = 4;

    /// <summary>
    /// The record with a floor for each loss, phase and tensor: the largest distance of a twin, but not less than the median share of the
    /// movement over tensors of its part, than what one kink does that no twin happened to cross (<see cref="GoldenTolerance.KinkShare"/>),
    /// and than rounding.
    /// </summary>
    /// <param name="record">The run.</param>
    /// <param name="twins">The same run on inputs that differ about their last bit, or on another number of threads.</param>
    /// <exception cref="AlignException">There is no twin, or one is of another run.</exception>
    public static GoldenRecord Measure(GoldenRecord record, IReadOnlyList<GoldenRecord> twins)
    {
        if (twins.Count == 0)
        {
            throw new AlignException("a floor is measured on at least one twin, and there was none");
        }

        foreach (var twin in twins)
        {
            Require(record, twin);
        }

        var losses = Losses(record, twins);
        return record with { Twins = twins.Count, Losses = losses, Traces = Traces(record, twins), Tensors = Tensors(record, twins) };
    }

    /// <summary>A run with another's floors, as far as that has them: for comparing two runs of which neither has its own.</summary>
    /// <param name="run">The run, without floors.</param>
    /// <param name="other">The golden of the same run, with floors.</param>
    public static GoldenRecord Borrow(GoldenRecord run, GoldenRecord other)
    {
        var losses = other.Losses.ToDictionary(loss => (loss.Iteration, loss.Name), loss => loss.Floor);
        var traces = other.Traces.ToDictionary(trace => (trace.Iteration, trace.Phase), trace => trace.Floor);
        var tensors = other.Tensors.ToDictionary(tensor => (tensor.Part, tensor.Name), tensor => tensor.Floor);
        return run with
        {
            Twins = other.Twins,
            Losses = [.. run.Losses.Select(loss => loss with { Floor = losses.GetValueOrDefault((loss.Iteration, loss.Name)) ?? 0 })],
            Traces = [.. run.Traces.Select(trace => trace with { Floor = traces.GetValueOrDefault((trace.Iteration, trace.Phase)) ?? 0 })],
            Tensors = [.. run.Tensors.Select(tensor => tensor with { Floor = tensors.GetValueOrDefault((tensor.Part, tensor.Name)) ?? 0 })],
        };
    }

    private static void Require(GoldenRecord record, GoldenRecord twin)
    {
        if (
            twin.Losses.Count != record.Losses.Count
            || twin.Traces.Count != record.Traces.Count
            || twin.Tensors.Count != record.Tensors.Count
            || twin.Tensors.Zip(record.Tensors).Any(pair => pair.First.Part != pair.Second.Part || pair.First.Name != pair.Second.Name)
        )
        {
            throw new AlignException(
                $"a twin of '{record.Case}' has other tensors or iterations than the run itself: a twin is the same run on inputs that "
                    + $"differ about their last bit"
            );
        }
    }

    private static List<GoldenLoss> Losses(GoldenRecord record, IReadOnlyList<GoldenRecord> twins)
    {
        // A float32 loss is a sum of many: its last digits depend on the order of summation. What noise does to it in one iteration it may
        // do in another.
        var shares = record
            .Losses.Select(
                (loss, i) =>
                    (
                        loss.Name,
                        Share: loss.Value == 0 ? 0 : twins.Max(twin => Math.Abs(twin.Losses[i].Value - loss.Value)) / Math.Abs(loss.Value)
                    )
            )
            .GroupBy(pair => pair.Name)
            .ToDictionary(group => group.Key, group => Math.Max(group.Max(pair => pair.Share), 8 * GoldenTolerance.Rounding));
        return [.. record.Losses.Select(loss => loss with { Floor = shares[loss.Name] * Math.Abs(loss.Value) })];
    }

    /// <summary>A kink is crossed in some iteration or other: the largest share over all of a phase is the floor of each.</summary>
    private static List<GoldenTrace> Traces(GoldenRecord record, IReadOnlyList<GoldenRecord> twins)
    {
        var shares = record.Traces.Select(
            (trace, i) =>
                (
                    trace.Phase,
                    Share: Math.Max(
                        twins.Max(twin => Distance(twin.Traces[i].Movement, trace.Movement)) / Math.Max(Norm(trace), double.Epsilon),
                        GoldenTolerance.Rounding
                    )
                )
        );
        var largest = shares.GroupBy(pair => pair.Phase).ToDictionary(group => group.Key, group => group.Max(pair => pair.Share));
        return [.. record.Traces.Select(trace => trace with { Floor = largest[trace.Phase] * Norm(trace) })];
    }

    private static double Norm(GoldenTrace trace) => Math.Sqrt(trace.Movement.SquaredNorm());

    private static List<GoldenTensor> Tensors(GoldenRecord record, IReadOnlyList<GoldenRecord> twins)
    {
        var distances = record
            .Tensors.Select(
                (tensor, i) => tensor.Movement is null ? 0 : twins.Max(twin => Distance(twin.Tensors[i].Movement!, tensor.Movement))
            )
            .ToList();
        var shares = record
            .Tensors.Zip(distances)
            .Where(pair => pair.First is { Role: GoldenRole.Trained or GoldenRole.Buffer, Moved: > 0 })
            .GroupBy(pair => (pair.First.Part, pair.First.Role))
            .ToDictionary(group => group.Key, group => Median(group.Select(pair => pair.Second / pair.First.Moved)));
        var weights = record
            .Tensors.Where(tensor => tensor.Part == GoldenPart.Weight)
            .ToDictionary(tensor => tensor.Name, tensor => tensor.Moved, StringComparer.Ordinal);
        return
        [
            .. record.Tensors.Select(
                (tensor, i) =>
                    tensor with
                    {
                        Floor = tensor.Role switch
                        {
                            GoldenRole.Exact => 0,
                            GoldenRole.Frozen when tensor.Part == GoldenPart.Weight => 0,
                            GoldenRole.Frozen => Math.Max(distances[i], Rounding(tensor)),
                            _ => new[]
                            {
                                distances[i],
                                shares.GetValueOrDefault((tensor.Part, tensor.Role)) * tensor.Moved,
                                Kink(tensor, weights, record.Iterations),
                                Rounding(tensor),
                            }.Max(),
                        },
                    }
            ),
        ];
    }

    /// <summary>
    /// What one activation on the other side of a kink does: to a gradient, to the momentum that it goes into, and to its part of the
    /// movement of a weight and its average.
    /// </summary>
    private static double Kink(GoldenTensor tensor, Dictionary<string, double> weights, int iterations) =>
        tensor switch
        {
            { Role: not GoldenRole.Trained } => 0,
            { Part: GoldenPart.Gradient or GoldenPart.Momentum } => GoldenTolerance.KinkShare * tensor.Moved,
            _ => GoldenTolerance.KinkShare / Math.Max(1, iterations) * weights.GetValueOrDefault(tensor.Name),
        };

    /// <summary>
    /// Half a unit in the last place of every element; of a trained weight that of its largest element, since one that hardly moves moves
    /// by few such units, and which of its elements round otherwise is what twins show.
    /// </summary>
    private static double Rounding(GoldenTensor tensor) =>
        tensor is { Part: GoldenPart.Weight, Role: GoldenRole.Trained }
            ? 2 * GoldenTolerance.Rounding * tensor.AbsMax
            : GoldenTolerance.Rounding * Math.Max(tensor.L2, tensor.Moved);

    private static double Distance(Sketch one, Sketch other) => Math.Sqrt(one.SquaredDistance(other));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? 0 : sorted[sorted.Count / 2];
    }
}
