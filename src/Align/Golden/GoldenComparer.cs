using System.Globalization;

namespace PPYolo.Align.Golden;

/// <summary>
/// Compares a run with its golden. Names, types, shapes, integers, frozen weights and learning rates must be equal; a loss or tensor may
/// differ by <see cref="GoldenTolerance.Allowance"/> times its floor, the distance being estimated from sketches. A tensor that stood still
/// where the golden's moved, or the other way round, is never within.
/// </summary>
public static class GoldenComparer
{
    // Distances are estimated from sketches, with an error of 9 %.
    private const double Slack = 1.5;

    // Sums of the same elements in another order.
    private const double Equal = 1e-9;

    /// <summary>Compares.</summary>
    /// <param name="golden">The approved record, with floors.</param>
    /// <param name="found">The run.</param>
    /// <exception cref="AlignException">The golden has no floors.</exception>
    public static GoldenComparison Compare(GoldenRecord golden, GoldenRecord found)
    {
        if (!golden.HasFloors)
        {
            throw new AlignException($"the golden of '{golden.Case}' has no floors; delete it and record it again");
        }

        var failures = new List<GoldenFinding>();
        if (golden.Case != found.Case)
        {
            failures.Add(new("case", "", double.PositiveInfinity, $"expected '{golden.Case}', found '{found.Case}'"));
        }

        if (golden.Start != found.Start)
        {
            failures.Add(
                new(
                    "start",
                    "",
                    double.PositiveInfinity,
                    "the start weights have other bits than the golden's: nothing after them is comparable"
                )
            );
        }

        if (golden.Tensors.Count + found.Tensors.Count == 0)
        {
            failures.Add(new("tensors", "", double.PositiveInfinity, "there are none on either side, so that nothing was compared"));
        }

        if (golden.Rates.Count + found.Rates.Count == 0)
        {
            failures.Add(new("iterations", "", double.PositiveInfinity, "there are none on either side, so that nothing was run"));
        }

        failures.AddRange(Noise(golden));
        foreach (var (tensor, share) in GoldenTolerance.Vacuous(golden))
        {
            failures.Add(
                new(
                    Word(tensor.Part),
                    tensor.Name,
                    double.PositiveInfinity,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"the golden says nothing of it: its noise is {share:0.00} of how far it moved ({tensor.Moved:G3}), at most "
                            + $"{GoldenTolerance.LargestShare / GoldenTolerance.LeastAllowance} can be told from a tensor that was not "
                            + $"trained"
                    )
                )
            );
        }

        failures.AddRange(Rates(golden, found));
        var tensors = Tensors(golden, found);
        // Stable: of equally bad ones the first in order of execution stays first.
        failures.AddRange(
            tensors.Where(result => result.Fails).Select(result => result.Finding).OrderByDescending(finding => finding.Units)
        );
        failures.AddRange(Losses(golden, found));
        failures.AddRange(Traces(golden, found));
        var within = tensors.Where(result => !result.Fails).ToList();
        return new(
            golden,
            found,
            [.. failures.OrderByDescending(finding => double.IsPositiveInfinity(finding.Units))],
            Began(golden, found, tensors),
            tensors.Count(result => result.Bitwise),
            within.Count == 0 ? null : within.MaxBy(result => result.Finding.Units).Finding
        );
    }

    private static IEnumerable<GoldenFinding> Rates(GoldenRecord golden, GoldenRecord found)
    {
        if (golden.Rates.Count != found.Rates.Count)
        {
            yield return new("iterations", "", double.PositiveInfinity, $"expected {golden.Rates.Count}, found {found.Rates.Count}");
        }

        var first = FirstRate(golden, found);
        if (first >= 0)
        {
            yield return new(
                "learning rate",
                $"iteration {first}",
                double.PositiveInfinity,
                string.Create(CultureInfo.InvariantCulture, $"expected {golden.Rates[first]:R}, found {found.Rates[first]:R}")
            );
        }
    }

    private static int FirstRate(GoldenRecord golden, GoldenRecord found)
    {
        for (var i = 0; i < Math.Min(golden.Rates.Count, found.Rates.Count); i++)
        {
            if (!RateEquals(golden.Rates[i], found.Rates[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool RateEquals(double golden, double found) => Math.Abs(found - golden) <= GoldenTolerance.Rates * Math.Abs(golden);

    private static IEnumerable<GoldenFinding> Losses(GoldenRecord golden, GoldenRecord found)
    {
        var ours = found.Losses.ToDictionary(loss => (loss.Iteration, loss.Name));
        foreach (var loss in golden.Losses)
        {
            var name = $"{loss.Name}, iteration {loss.Iteration}";
            if (!ours.Remove((loss.Iteration, loss.Name), out var mine))
            {
                yield return new("loss", name, double.PositiveInfinity, "missing");
            }
            else if (!(Units(loss, mine) <= GoldenTolerance.Allowance))
            {
                yield return new(
                    "loss",
                    name,
                    Worse(Units(loss, mine)),
                    string.Create(CultureInfo.InvariantCulture, $"expected {loss.Value:R}, found {mine.Value:R}")
                );
            }
        }

        foreach (var extra in ours.Values)
        {
            yield return new("loss", $"{extra.Name}, iteration {extra.Iteration}", double.PositiveInfinity, "not in the golden");
        }
    }

    /// <summary>Which phases were traced; how far they are apart says only where a difference began.</summary>
    private static IEnumerable<GoldenFinding> Traces(GoldenRecord golden, GoldenRecord found)
    {
        static string Name((int Iteration, GoldenPhase Phase) key) => $"{Word(key.Phase)}, iteration {key.Iteration}";
        var theirs = golden.Traces.Select(trace => (trace.Iteration, trace.Phase)).ToHashSet();
        var ours = found.Traces.Select(trace => (trace.Iteration, trace.Phase)).ToHashSet();
        return theirs
            .Except(ours)
            .Select(key => new GoldenFinding("trace", Name(key), double.PositiveInfinity, "missing"))
            .Concat(ours.Except(theirs).Select(key => new GoldenFinding("trace", Name(key), double.PositiveInfinity, "not in the golden")));
    }

    /// <summary>Losses and frozen tensors whose floors are so large that anything would be within; the moving ones are capped.</summary>
    private static IEnumerable<GoldenFinding> Noise(GoldenRecord golden)
    {
        const double Largest = GoldenTolerance.LargestShare / GoldenTolerance.LeastAllowance;
        static GoldenFinding Vacuous(string what, string name, double? floor, double size) =>
            new(
                what,
                name,
                double.PositiveInfinity,
                string.Create(CultureInfo.InvariantCulture, $"the golden says nothing of it: its floor is {floor:G3}, and it {size:G3}")
            );
        return golden
            .Losses.Where(loss => !(loss.Floor <= Largest * Math.Abs(loss.Value)))
            .Select(loss => Vacuous("loss", $"{loss.Name}, iteration {loss.Iteration}", loss.Floor, loss.Value))
            .Concat(
                golden
                    .Tensors.Where(tensor => tensor.Role == GoldenRole.Frozen && !(tensor.Floor <= Largest * tensor.L2))
                    .Select(tensor => Vacuous(Word(tensor.Part), tensor.Name, tensor.Floor, tensor.L2))
            );
    }

    private static double Units(GoldenLoss golden, GoldenLoss found) =>
        golden.Value == found.Value ? 0 : Math.Abs(found.Value - golden.Value) / golden.Floor!.Value;

    private readonly record struct Result(GoldenTensor Tensor, GoldenFinding Finding, bool Fails, bool Bitwise);

    private static List<Result> Tensors(GoldenRecord golden, GoldenRecord found)
    {
        var results = new List<Result>();
        var ours = found.Tensors.ToDictionary(tensor => (tensor.Part, tensor.Name));
        foreach (var tensor in golden.Tensors)
        {
            results.Add(
                ours.Remove((tensor.Part, tensor.Name), out var mine)
                    ? Compare(tensor, mine, golden.Environment == found.Environment)
                    : Failed(tensor, "missing")
            );
        }

        results.AddRange(ours.Values.Select(extra => Failed(extra, "not in the golden")));
        return results;
    }

    private static Result Compare(GoldenTensor golden, GoldenTensor found, bool sameEnvironment)
    {
        if (golden.Form != found.Form)
        {
            return Failed(golden, $"expected {golden.Form}, found {found.Form}");
        }

        if (!found.IsFinite)
        {
            return Failed(golden, "not finite");
        }

        if (golden.Role != found.Role)
        {
            return Failed(golden, $"expected it {Word(golden.Role)}, found it {Word(found.Role)}");
        }

        var bitwise = golden.Digest == found.Digest;
        if (bitwise && (sameEnvironment || golden.Floor == 0))
        {
            return Apart(golden, found, Equal * golden.L2) is { } other
                ? Failed(golden, $"the same bits, and {other}")
                : new(golden, new(Word(golden.Part), golden.Name, 0, "equal"), false, true);
        }

        if (golden.Floor == 0 || golden.Movement is null)
        {
            return Failed(
                golden,
                golden.Role == GoldenRole.Frozen
                    ? "frozen, and has other bits than the golden's"
                    : "its bits must be the golden's, and are not"
            );
        }

        if ((golden.Moved == 0) != (found.Moved == 0))
        {
            return Failed(
                golden,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(found.Moved == 0 ? "did not move" : $"moved by {found.Moved:G3}")}; the golden's "
                        + $"{(golden.Moved == 0 ? "did not" : $"moved by {golden.Moved:G3}")}"
                )
            );
        }

        var distance = Math.Sqrt(golden.Movement.SquaredDistance(found.Movement!));
        var tolerance = GoldenTolerance.Of(golden);
        if (distance <= tolerance && Apart(golden, found, Slack * tolerance) is { } apart)
        {
            return Failed(golden, $"moved alike, and {apart}");
        }

        var units = distance / golden.Floor!.Value;
        var explanation = string.Create(
            CultureInfo.InvariantCulture,
            $"distance {distance:G3}, floor {golden.Floor:G3}, moved {golden.Moved:G3}"
        );
        return new(golden, new(Word(golden.Part), golden.Name, Worse(units), explanation), !(distance <= tolerance), bitwise);
    }

    /// <summary>
    /// In what two tensors that are so near each other differ more than they can: by the triangle inequality norms, means and largest
    /// elements are no further apart than the tensors.
    /// </summary>
    private static string? Apart(GoldenTensor golden, GoldenTensor found, double distance)
    {
        var root = Math.Sqrt(golden.Shape.Aggregate(1.0, (count, extent) => count * Math.Max(extent, 1)));
        return new[]
        {
            ("norm", golden.L2, found.L2, 1),
            ("mean", golden.Mean, found.Mean, root),
            ("largest element", golden.AbsMax, found.AbsMax, 1),
            ("movement", golden.Moved, found.Moved, 1),
        }
            .Where(one => one.Item2 != one.Item3 && !(Math.Abs(one.Item3 - one.Item2) * one.Item4 <= distance))
            .Select(one => string.Create(CultureInfo.InvariantCulture, $"its {one.Item1} is {one.Item3:R}, the golden's {one.Item2:R}"))
            .FirstOrDefault();
    }

    private static Result Failed(GoldenTensor tensor, string explanation) =>
        new(tensor, new(Word(tensor.Part), tensor.Name, double.PositiveInfinity, explanation), true, false);

    /// <summary>In order of execution, the first thing that diverges.</summary>
    private static string? Began(GoldenRecord golden, GoldenRecord found, List<Result> tensors)
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

    private static double Worse(double units) => double.IsNaN(units) ? double.PositiveInfinity : units;

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
