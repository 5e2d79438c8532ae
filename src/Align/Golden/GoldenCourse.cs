using static PPYolo.Align.Golden.GoldenComparer;

namespace PPYolo.Align.Golden;

/// <summary>A run beside its golden, in order of execution.</summary>
internal static class GoldenCourse
{
    /// <summary>The first thing that diverges; null where nothing does.</summary>
    /// <param name="golden">The approved record, with floors.</param>
    /// <param name="found">The run.</param>
    /// <param name="tensors">How their tensors compare.</param>
    public static string? Began(GoldenRecord golden, GoldenRecord found, List<GoldenTensorResult> tensors)
    {
        var traces = found.Traces.ToDictionary(trace => (trace.Iteration, trace.Phase));
        bool Diverges(int iteration, GoldenPhase phase) =>
            golden.Traces.FirstOrDefault(trace => trace.Iteration == iteration && trace.Phase == phase) is { } theirs
            && (
                !traces.TryGetValue((iteration, phase), out var ours)
                || !(Math.Sqrt(theirs.Movement.SquaredDistance(ours.Movement)) <= GoldenTolerance.Allowance * theirs.Floor!.Value)
            );
        for (var iteration = 0; iteration < golden.Rates.Count; iteration++)
        {
            var loss = golden.Losses.FirstOrDefault(theirs =>
                theirs.Iteration == iteration
                && !(
                    found.Losses.FirstOrDefault(ours => ours.Iteration == iteration && ours.Name == theirs.Name) is { } ours
                    && Units(theirs, ours) <= GoldenTolerance.Allowance
                )
            );
            if (loss is not null)
            {
                return $"iteration {iteration}, forward ({loss.Name})";
            }

            if (Diverges(iteration, GoldenPhase.Forward))
            {
                return $"iteration {iteration}, forward (running statistics)";
            }

            var gradient =
                iteration == 0
                    ? tensors
                        .Where(result => result is { Fails: true, Tensor.Part: GoldenPart.Gradient })
                        .OrderByDescending(result => result.Finding.Units)
                        .FirstOrDefault()
                    : default;
            if (gradient.Tensor is not null)
            {
                return $"iteration 0, backward (gradient of {gradient.Tensor.Name})";
            }

            if (Diverges(iteration, GoldenPhase.Backward))
            {
                return $"iteration {iteration}, backward";
            }

            if (iteration >= found.Rates.Count || !RateEquals(golden.Rates[iteration], found.Rates[iteration]))
            {
                return $"iteration {iteration}, optimizer (learning rate)";
            }

            if (Diverges(iteration, GoldenPhase.Optimizer))
            {
                return $"iteration {iteration}, optimizer";
            }

            if (Diverges(iteration, GoldenPhase.Average))
            {
                return $"iteration {iteration}, moving average";
            }
        }

        return null;
    }
}
