using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>What Adam's second moments say about beta2: v = d v + (1 - d) g^2, with the g that the first moment took.</summary>
/// <param name="run">The run.</param>
/// <param name="steps">What is known of its first moments.</param>
internal sealed class SecondMoment(ExplainedRun run, StepHistory steps)
{
    /// <summary>A relative error of float32, with room for the sums of a step.</summary>
    private const double Rounding = 2e-6;

    /// <summary>The smallest number of which float32 holds all digits.</summary>
    private const double Smallest = 1.2e-38;

    /// <summary>A second moment of which less is held by float32 says nothing.</summary>
    private const double Lost = 0.01;

    /// <summary>
    /// How much stays, by the first step, in which mean(v) = (1 - d) mean(g^2), and how far it may be off; null where nothing tells, or the
    /// second step says otherwise.
    /// </summary>
    public Measured? Rate()
    {
        if (steps.Carry is not { } carry || Entered(1 - carry) is not { } entered)
        {
            return null;
        }

        var error = entered.Error + (double.IsFinite(steps.CarryError) ? 2 * entered.Value * steps.CarryError / (1 - carry) : 0);
        var allowed = (0.1 * entered.Value) + error;
        return Stays(entered.Value, carry) is { } stays && Math.Abs(1 - stays.Value - entered.Value) > allowed + stays.Error
            ? null
            : new(1 - entered.Value, error);
    }

    /// <summary>
    /// mean(v) over mean(g^2) in the first step, where g is the first moment over a share; null where it is not the optimizer's first, or
    /// no second moment is large enough for float32 to hold it.
    /// </summary>
    public Measured? Entered(double share)
    {
        List<(double Value, double Error)> found = [];
        foreach (var (parameter, second) in steps.Shares.ContainsKey(0) ? Of(0) : [])
        {
            var first = run.Iterations[0][TracePhase.Momentum, parameter + StepHistory.First];
            if (first?.Summary.L2 is > 0 and var norm && Error(second) is < Lost and var error)
            {
                found.Add((Total(second) * share * share / (norm * norm), error));
            }
        }

        var values = found.Select(one => one.Value).Order().ToList();
        var middle = values.Count == 0 ? 0 : values[values.Count / 2];
        // Parameters that do not agree follow another law.
        var agree = found.Count(one => Math.Abs(one.Value - middle) <= 2 * one.Error * middle);
        return middle > 0 && 2 * agree > found.Count ? new(middle, found.Min(one => one.Error) * middle) : null;
    }

    /// <summary>How much stays in the second step, with what enters known; null where it cannot be told.</summary>
    private Measured? Stays(double entered, double carry)
    {
        if (run.Iterations.Count < 2 || !double.IsFinite(steps.CarryError) || !steps.Shares.TryGetValue(1, out var share))
        {
            return null;
        }

        List<(double Value, double Error)> found = [];
        foreach (var (parameter, second) in Of(1))
        {
            if (
                run.Ranks[0].Find(0, TracePhase.Momentum, parameter + StepHistory.Second) is not { } before
                || steps.Gradient(1, parameter) is not { } gradient
                || run.WeightsBefore(1, parameter) is not { } weights
                || Math.Max(Error(second), Error(before)) is not (< Lost and var error)
            )
            {
                continue;
            }

            var taken = Math.Abs(share / (1 - carry)) * gradient.Summary.L2;
            // What decay adds to the gradient is known by its size alone.
            var decay = Math.Abs(steps.Decays.GetValueOrDefault(parameter).Value) * Vectors.Norm(weights) / Math.Max(double.Epsilon, taken);
            var square = entered * taken * taken / Total(before);
            var off = (3 * decay * (1 + decay)) + (2 * steps.ShareErrors[1] / Math.Abs(share)) + (2 * steps.CarryError / (1 - carry));
            found.Add(((Total(second) / Total(before)) - square, (square * off) + (error * (1 + square))));
        }

        return Measured.Of(found);
    }

    private static double Total(TraceEntry second) => second.Summary.Mean * StepHistory.Count(second);

    /// <summary>The relative error of the sum: what float32 rounds, and what it is too small to hold.</summary>
    private static double Error(TraceEntry second) =>
        second.Summary.Mean > 0 ? Rounding + (Smallest / second.Summary.Mean) : double.PositiveInfinity;

    private IEnumerable<(string Parameter, TraceEntry Entry)> Of(int iteration) =>
        run.Iterations[iteration]
            .Of(TracePhase.Momentum)
            .Where(entry => entry.Key.Name.EndsWith(StepHistory.Second, StringComparison.Ordinal))
            .Select(entry => (entry.Key.Name[..^StepHistory.Second.Length], entry));
}
