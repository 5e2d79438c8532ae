using PPYolo.Align.Comparison.Kernels;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Comparison;

/// <summary>Compares sets of named tensors. Values are read once, several tensors at a time, where they lie: nothing is copied.</summary>
public static class TensorComparer
{
    /// <summary>Compares every tensor of two sets.</summary>
    /// <param name="first">What is expected.</param>
    /// <param name="second">What was found.</param>
    /// <param name="options">Bound, start of the runs, threads; null for the standard ones.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bound is negative, infinite or NaN, or there are no threads.</exception>
    public static SetComparison Compare(NamedTensors first, NamedTensors second, ComparisonOptions? options = null)
    {
        options ??= new();
        if (!double.IsFinite(options.Bound) || options.Bound < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Bound, "a bound is a finite number and not negative");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Threads, nameof(options));
        var names = first.Names.Concat(second.Names.Where(name => !first.Contains(name))).ToList();
        var scans = names.ConvertAll(name => Scan(name, first, second, options));
        ScanSchedule.Run([.. scans.OfType<PairScan>()], options.Threads);
        var unread = Unread(first, second, options);
        var reset = IsReset(first) || IsReset(second);
        var tensors = names
            .Zip(scans, (name, scan) => Judge(name, first, second, scan, options))
            .Select(tensor =>
                reset && tensor is { IsCounter: true, Outcome: TensorOutcome.NotEqual }
                    ? tensor with
                    {
                        Outcome = TensorOutcome.Within,
                    }
                    : tensor
            )
            .Where(tensor => !unread.ContainsKey(tensor.Name))
            .Concat(unread.Values)
            .ToLookup(tensor => tensor.IsCounter);
        return new(options.Bound, [.. tensors[false]], [.. tensors[true]]);
    }

    /// <summary>Measures the differences between two tensors of the same type and shape.</summary>
    /// <exception cref="AlignException">Type or shape differ.</exception>
    public static TensorMetrics Measure(TensorData first, TensorData second, int? threads = null)
    {
        if (!Comparable(first, second))
        {
            throw new AlignException($"expected two tensors of the same type and shape, found {first} and {second}");
        }

        var scan = PairScan.Of(first, second, null, null);
        ScanSchedule.Run([scan], threads ?? Environment.ProcessorCount);
        return scan.Metrics();
    }

    // PyTorch 1.13 sets counters to 0 where it loads a state_dict that has none, such as a moving average: nobody counted, and nothing is
    // to be compared.
    private static bool IsReset(NamedTensors tensors)
    {
        var counts = false;
        foreach (var (name, tensor) in tensors)
        {
            if (name.Contains(TensorComparison.CounterMark, StringComparison.Ordinal))
            {
                counts = true;
                if (tensor.Bytes.Span.ContainsAnyExcept((byte)0))
                {
                    return false;
                }
            }
        }

        return counts;
    }

    // What one side could not read is no agreement, whatever the other has.
    private static Dictionary<string, TensorComparison> Unread(NamedTensors first, NamedTensors second, ComparisonOptions options)
    {
        var types = options.FirstUnread.ToDictionary(entry => entry.Name, entry => entry.Reason, StringComparer.Ordinal);
        var others = options.SecondUnread.ToDictionary(entry => entry.Name, entry => entry.Reason, StringComparer.Ordinal);
        return types
            .Keys.Union(others.Keys, StringComparer.Ordinal)
            .ToDictionary(
                name => name,
                name => new TensorComparison(name, TensorOutcome.Unread, Form(name, types, first), Form(name, others, second), null, null),
                StringComparer.Ordinal
            );
    }

    private static TensorForm? Form(string name, Dictionary<string, string> unread, NamedTensors read) =>
        unread.TryGetValue(name, out var type) ? new(type, null)
        : read.TryGet(name, out var tensor) ? TensorForm.Of(tensor)
        : null;

    private static PairScan? Scan(string name, NamedTensors first, NamedTensors second, ComparisonOptions options)
    {
        if (!first.TryGet(name, out var a) || !second.TryGet(name, out var b) || !Comparable(a, b))
        {
            return null;
        }

        var from = Start(options.FirstStart ?? options.SecondStart, name, a);
        return PairScan.Of(
            a,
            b,
            from,
            options.SecondStart is null || options.FirstStart is null ? from : Start(options.SecondStart, name, b)
        );
    }

    private static TensorData? Start(NamedTensors? start, string name, TensorData now) =>
        start is not null && start.TryGet(name, out var then) && Comparable(then, now) ? then : null;

    private static bool Comparable(TensorData a, TensorData b) => a.Type == b.Type && a.Shape.AsSpan().SequenceEqual(b.Shape.AsSpan());

    private static TensorComparison Judge(string name, NamedTensors first, NamedTensors second, PairScan? scan, ComparisonOptions options)
    {
        first.TryGet(name, out var a);
        second.TryGet(name, out var b);
        var metrics = scan?.Metrics();
        var outcome = (a, b) switch
        {
            (_, null) => TensorOutcome.Missing,
            (null, _) => TensorOutcome.Extra,
            _ when a.Type != b.Type => TensorOutcome.WrongType,
            _ when metrics is null => TensorOutcome.WrongShape,
            _ when metrics.NonFiniteFirst > 0 || metrics.NonFiniteSecond > 0 => TensorOutcome.NonFinite,
            _ when !a.Type.IsFloatingPoint() || name.Contains(TensorComparison.CounterMark, StringComparison.Ordinal) =>
                metrics.BitwiseEqual ? TensorOutcome.Within : TensorOutcome.NotEqual,
            // Written so that a NaN, which no comparison holds for, is not within.
            _ => metrics.SumOfSquares <= options.Bound ? TensorOutcome.Within : TensorOutcome.AboveBound,
        };
        var tensor = new TensorComparison(
            name,
            outcome,
            a is null ? null : TensorForm.Of(a),
            b is null ? null : TensorForm.Of(b),
            metrics,
            scan?.Movement()
        );
        return outcome == TensorOutcome.Within && options.JudgeByMovement && Contradiction.IsBeyondMovement(tensor)
            ? tensor with
            {
                Outcome = TensorOutcome.BeyondMovement,
            }
            : tensor;
    }
}
