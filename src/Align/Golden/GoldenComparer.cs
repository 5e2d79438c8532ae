using System.Globalization;

namespace PPYolo.Align.Golden;

/// <summary>
/// Compares a run with its golden. Names, types, shapes, integers, frozen weights and learning rates must be equal; a loss or tensor may
/// differ by <see cref="GoldenTolerance.Allowance"/> times its floor, the distance being estimated from sketches. A tensor that stood still
/// where the golden's moved, or the other way round, is never within.
/// </summary>
public static class GoldenComparer
{
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
        var tensors = GoldenTensorComparer.Compare(golden, found);
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
            GoldenCourse.Began(golden, found, tensors),
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

    /// <summary>Whether two learning rates are the same.</summary>
    internal static bool RateEquals(double golden, double found) => Math.Abs(found - golden) <= GoldenTolerance.Rates * Math.Abs(golden);

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

    /// <summary>How far a loss is from the golden's, in floors.</summary>
    internal static double Units(GoldenLoss golden, GoldenLoss found) =>
        golden.Value == found.Value ? 0 : Math.Abs(found.Value - golden.Value) / golden.Floor!.Value;

    /// <summary>Units to sort by: what is no number is worst.</summary>
    internal static double Worse(double units) => double.IsNaN(units) ? double.PositiveInfinity : units;

    /// <summary>How reports spell a value of an enumeration.</summary>
    internal static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
