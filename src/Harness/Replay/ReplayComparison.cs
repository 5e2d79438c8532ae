using System.Globalization;
using PPYolo.Align.Comparison;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Measures;
using PPYolo.Harness.Reference;
using PPYolo.Train.Runs;

namespace PPYolo.Harness.Replay;

/// <summary>Compares a replay with what was recorded.</summary>
internal static class ReplayComparison
{
    private const string First = "losses of iteration 0";

    /// <summary>
    /// The largest relative difference of a loss where there is no record: that of the reference's calm cases, and three times what its own
    /// variants show in iteration 0 of all cases.
    /// </summary>
    private const double LossBound = 1e-4;

    /// <summary>The largest relative distance of a parameter's momentum: a kink of an activation moves a gradient by up to 0.03.</summary>
    private const double MomentumBound = 0.1;

    /// <summary>What the noise of a twin is multiplied by: no nearer can anybody be asked to come.</summary>
    private const double NoiseAllowance = 3;

    /// <summary>Whether a twin can tell more: iteration 0 agrees, and something later does not.</summary>
    public static bool MayBeNoise(ReplaySource source, Verdict verdict) =>
        !source.IsRecord && !verdict.Aligned && verdict.Checks.Any(check => check.Name == First && check.Passed);

    /// <summary>Compares.</summary>
    /// <param name="source">What was recorded.</param>
    /// <param name="end">The replay.</param>
    /// <param name="bound">The largest sum of squared differences of a tensor.</param>
    /// <param name="reference">The bounds of a reference, by which losses, rates and movement are asserted too; or null.</param>
    /// <param name="twin">The replay from perturbed start weights, which bounds are no smaller than three times the distance of; or null.
    /// </param>
    public static Verdict Of(ReplaySource source, RunEnd end, double bound, ReferenceBounds? reference, RunEnd? twin = null)
    {
        var iterations = Iterations(source, end);
        // A record's end has the weights too; where there is no such end, losses are asserted.
        var asserts = !source.IsRecord || source.Ends.Count == 0;
        var findings = new List<TensorFinding>();
        var checks = new List<Check> { new("iterations replayed", "missing", source.Files.Iterations - iterations.Count, 0) };
        if (reference is not null)
        {
            checks.AddRange(ReferenceChecks.OfLosses(iterations, reference));
        }
        else if (asserts)
        {
            checks.AddRange(Losses(iterations, Noise(end, twin)));
        }

        checks.AddRange(source.Ends.Select(part => Distances(part, end, twin, bound, findings)));
        if (
            reference is not null
            && source.Ends.FirstOrDefault(part => part.Title == ReplayFolder.WeightsTitle) is { } raw
            && ReferenceChecks.OfMovement(end.Raw, raw.Tensors, source.Start, reference) is { } movement
        )
        {
            checks.Add(movement);
        }

        return new(
            $"replay of {source.Files.Folder}: {source.Options.Network}, batch {source.Options.Batch}, {source.Files.Iterations} "
                + $"iterations",
            Scope(source, reference, asserts, iterations.Count - 1)
                + (
                    twin is null ? "" : "; noise is that of a twin whose start weights are perturbed by 1e-7, and three times it is allowed"
                ),
            checks,
            iterations,
            [.. findings.OrderByDescending(finding => finding.Severity)]
        )
        {
            Measurements = RunMeasurements.Of(end.Seconds),
        };
    }

    private static string Scope(ReplaySource source, ReferenceBounds? reference, bool asserts, int last)
    {
        if (source.Ends.Count == 0)
        {
            return "losses of every iteration are asserted";
        }

        var ends = string.Join(" and ", source.Ends.Select(part => part.Title));
        return reference is null ? $"{ends} after the last iteration are asserted; losses are {(asserts ? "too" : "shown")}"
            : reference.Movement is null
                ? $"losses are asserted up to iteration {Math.Min(reference.LastLoss, last)}, {ends} after the last iteration by the flat "
                    + "bound alone: with such start weights rounding differences grow into them"
            : $"losses are asserted up to iteration {Math.Min(reference.LastLoss, last)}, {ends} and movement after the last";
    }

    private static List<IterationComparison> Iterations(ReplaySource source, RunEnd end) =>
        [
            .. end.Steps.Zip(
                source.Iterations,
                (ours, theirs) =>
                    new IterationComparison(
                        ours.Iteration,
                        ours.Size,
                        ours.LearningRate,
                        theirs.Rate ?? double.NaN,
                        [
                            .. ours
                                .Losses.Where(loss => source.IsRecord || theirs.Losses.ContainsKey(loss.Key))
                                .Select(loss => new LossComparison(
                                    loss.Key,
                                    loss.Value,
                                    theirs.Losses.GetValueOrDefault(loss.Key, float.NaN)
                                )),
                        ]
                    )
            ),
        ];

    /// <summary>How far a twin's losses are by each iteration, relatively; noise does not shrink.</summary>
    private static List<double>? Noise(RunEnd end, RunEnd? twin)
    {
        double largest = 0;
        return twin
            ?.Steps.Zip(
                end.Steps,
                (theirs, ours) =>
                    largest = Math.Max(
                        largest,
                        theirs.Losses.Zip(ours.Losses, (a, b) => new LossComparison(a.Key, a.Value, b.Value).Relative).Max()
                    )
            )
            .ToList();
    }

    /// <summary>The losses of the first iteration, which start weights and batch decide alone, and those of the others.</summary>
    private static IEnumerable<Check> Losses(List<IterationComparison> iterations, List<double>? noise)
    {
        var (first, later) = (iterations.Take(1), iterations.Skip(1));
        return new[] { (First, first), ("losses of later iterations", later) }
            .Where(part => part.Item2.Any())
            .Select(part => Losses(part.Item1, [.. part.Item2], noise));
    }

    private static Check Losses(string name, List<IterationComparison> iterations, List<double>? noise)
    {
        var losses = iterations.SelectMany(one => one.Losses.Select(loss => (one.Iteration, Loss: loss))).ToList();
        var each = new Differences(inOrder: true);
        foreach (var (iteration, loss) in losses)
        {
            var bound = Math.Max(LossBound, NoiseAllowance * (noise?[iteration] ?? 0));
            each.See(loss.Relative, bound, $"iteration {iteration}, {loss.Name}");
        }

        return each.ToCheck(name, "relative") with
        {
            Noise = noise?[losses.ElementAtOrDefault(each.Shown).Iteration],
        };
    }

    private static Check Distances(RecordedEnd expected, RunEnd end, RunEnd? twin, double bound, List<TensorFinding> findings)
    {
        var found = Known(expected, end);
        var isMomentum = expected.Title == ReplayFolder.MomentumTitle;
        double? noise = twin is null ? null : Largest(TensorComparer.Compare(found, Known(expected, twin)), isMomentum);
        if (isMomentum)
        {
            // Momentum is as large as gradients are: how far it is counts in units of itself.
            var worst = TensorComparer
                .Compare(expected.Tensors, found)
                .Tensors.MaxBy(tensor => tensor.Metrics?.RelativeL2 ?? double.PositiveInfinity)!;
            return new(
                expected.Title,
                "relative L2 of each tensor",
                worst.Metrics?.RelativeL2 ?? double.NaN,
                Math.Max(MomentumBound, NoiseAllowance * (noise ?? 0)),
                worst.Name
            )
            {
                Noise = noise,
            };
        }

        var comparison = TensorComparer.Compare(expected.Tensors, found, new() { Bound = Math.Max(bound, NoiseAllowance * (noise ?? 0)) });
        findings.AddRange(comparison.ToFindings(expected.Title));
        var check = comparison.ToCheck(expected.Title);
        return check with
        {
            Noise = noise,
            Note =
                comparison.BitwiseEqual ? "every bit is equal"
                : comparison.UniformFactor is { } factor
                    ? string.Create(CultureInfo.InvariantCulture, $"the replay's is {factor:G6} times the recorded one")
                : check.Note,
        };
    }

    private static double Largest(SetComparison comparison, bool relative) =>
        comparison.Tensors.Max(tensor => (relative ? tensor.Metrics?.RelativeL2 : tensor.Metrics?.SumOfSquares) ?? 0);

    private static NamedTensors Known(RecordedEnd expected, RunEnd end)
    {
        var found = new NamedTensors();
        foreach (var (name, tensor) in expected.Of(end).Where(pair => expected.Tensors.Contains(pair.Key)))
        {
            found.Add(name, tensor);
        }

        return found;
    }
}
