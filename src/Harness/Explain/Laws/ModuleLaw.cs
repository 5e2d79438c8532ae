using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Harness.Faults;
using PPYolo.Train.Runtime;
using static TorchSharp.torch;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>What the first differing module itself says: DropBlock that drops, convolutions in lower precision, a factor.</summary>
internal sealed class ModuleLaw : ILaw
{
    /// <summary>What the outputs of one module may differ by and still be multiples: rounding.</summary>
    private const double Exact = 1e-5;

    /// <summary>A factor must be farther from 1 than this many times what its fit leaves.</summary>
    private const double Distinct = 10;

    /// <inheritdoc />
    public IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        if (comparison.Frontier is not { Key.Phase: TracePhase.Forward } frontier)
        {
            return [];
        }

        return Factor(first, second, frontier) is { } scaled
            ? [scaled]
            : [.. DropBlock(first, second, comparison, frontier), .. Precision(first, second, comparison, frontier)];
    }

    /// <summary>
    /// An output of which every element is the same multiple of what it should be. Whatever that module does otherwise, it does with the
    /// same numbers: nothing is dropped elsewhere, and nothing is rounded otherwise.
    /// </summary>
    private static Finding? Factor(ExplainedRun first, ExplainedRun second, EntryDifference frontier)
    {
        var name = frontier.Key.Name;
        TraceEntry? Output(ExplainedRun run) => run.Ranks[frontier.Rank].Find(frontier.Iteration, TracePhase.Forward, name);
        if (Output(first) is not { } expected || Output(second) is not { } found || !expected.Shape.SequenceEqual(found.Shape))
        {
            return null;
        }

        var fit = new LinearFit(1);
        fit.Add(found.Summary.Sums, [expected.Summary.Sums], 1);
        // A single number is a multiple of every other.
        if (
            expected.Shape.Aggregate(1L, (all, size) => all * size) == 1
            || fit.Solve() is not { } result
            || result.Residual > Math.Max(Exact, frontier.Bound)
            || Math.Abs(result.Coefficients[0] - 1) < Distinct * Math.Max(Exact, result.Residual)
        )
        {
            return null;
        }

        var factor = result.Coefficients[0];
        return new(
            CauseCatalogue.ModuleScaled.Found(
                $"The output of {name} is {Numbers.Text(factor)} times what it should be.",
                Finding.Unproven,
                [$"every element in iteration {frontier.Iteration}, residual {Numbers.Text(result.Residual)}; what goes in is the same"]
            ),
            NetworkFaults.Scaled(name, factor)
        );
    }

    private static IEnumerable<Finding> DropBlock(
        ExplainedRun first,
        ExplainedRun second,
        TraceComparison comparison,
        EntryDifference frontier
    )
    {
        if (!frontier.Key.Name.EndsWith("dropblock", StringComparison.Ordinal))
        {
            yield break;
        }

        // NaN: what goes in is no map that was traced, so what is dropped is not known.
        var (a, b) = (Changes(first, frontier), Changes(second, frontier));
        if (double.IsNaN(a) || double.IsNaN(b))
        {
            yield break;
        }

        if (a == 0 && b > 0)
        {
            yield return new(
                CauseCatalogue.DropBlockOn.Found(
                    1,
                    [$"in the second run its output differs from its input by {Numbers.Text(b)} of its norm; in the first they are equal"]
                ),
                NetworkFaults.DropBlock(true)
            );
        }
        else if (b == 0 && a > 0)
        {
            yield return new(
                CauseCatalogue.DropBlockOff.Found(
                    1,
                    [$"in the first run its output differs from its input by {Numbers.Text(a)} of its norm; in the second they are equal"]
                ),
                NetworkFaults.DropBlock(false)
            );
        }
        else if (!comparison.Differences.TakeWhile(difference => difference != frontier).Any(difference => Drops(first, difference)))
        {
            // Whose cells are other cells cannot be told from what is dropped wrongly. Other numbers would have dropped others in the
            // layers before too.
            yield return CauseCatalogue.DropBlockRandom.Found(
                Cause.LeastLikely,
                [$"both runs drop: by {Numbers.Text(a)} and {Numbers.Text(b)} of the norm"]
            );
        }
    }

    /// <summary>Whether an entry that agrees is of a layer that drops.</summary>
    private static bool Drops(ExplainedRun run, EntryDifference difference) =>
        difference.Key is { Phase: TracePhase.Forward, Name: var name }
        && name.EndsWith("dropblock", StringComparison.Ordinal)
        && Changes(run, difference) is > 0;

    /// <summary>How far a module's output is from what went in: the last map of the same shape before it.</summary>
    private static double Changes(ExplainedRun run, EntryDifference frontier)
    {
        var trace = run.Ranks[frontier.Rank].Iterations[frontier.Iteration];
        var output = trace[TracePhase.Forward, frontier.Key.Name]!;
        var before = trace
            .Entries.Take(trace.IndexOf(frontier.Key))
            .Last(entry => entry.Key.Phase is TracePhase.Forward or TracePhase.Data);
        return before.Shape.SequenceEqual(output.Shape) ? before.Summary.RelativeDistance(output.Summary) : double.NaN;
    }

    private static IEnumerable<Finding> Precision(
        ExplainedRun first,
        ExplainedRun second,
        TraceComparison comparison,
        EntryDifference frontier
    )
    {
        // With equal weights and inputs a convolution can differ this little only by its arithmetic. Operands of 8 bits round by 2^-9 at
        // most, of 11 by 2^-12; the errors of many products average to about half of that.
        if (!IsConvolution(first, frontier.Key.Name) || frontier.Iteration != 0 || frontier.Relative is <= 4e-5 or >= 2e-2)
        {
            yield break;
        }

        // Convolutions before it that agree say that it is not a matter of all of them.
        var convolutions = comparison
            .Differences.Where(difference =>
                difference is { Iteration: 0, Key.Phase: TracePhase.Forward } && IsConvolution(first, difference.Key.Name)
            )
            .ToList();
        var share = convolutions.Count(difference => difference.Exceeds) / (double)convolutions.Count;
        string[] evidence =
        [
            $"{frontier.Key.Name} has the same weights and input and differs by {Numbers.Text(frontier.Relative)} of its norm",
            $"{convolutions.Count(difference => difference.Exceeds)} of {convolutions.Count} convolutions differ in iteration 0",
        ];
        var (a, b) = (Tf32(first), Tf32(second));
        if (a is not null && b is not null && a != b)
        {
            yield return CauseCatalogue.LowerPrecision.Found(
                $"Convolutions are computed in lower precision: TF32 is {b} in the second run.",
                share,
                [.. evidence, $"the environments say that TF32 is {a} in the first run and {b} in the second"]
            );
            yield break;
        }

        var bits = frontier.Relative > 8e-4 ? "bfloat16 (8 bits)" : "TF32 or float16 (11 bits)";
        yield return new(
            // A size alone says little.
            CauseCatalogue.LowerPrecision.Found(
                $"Convolutions are computed in lower precision: {bits}.",
                share * Cause.LeastLikely,
                evidence
            ),
            NetworkFaults.Rounded(frontier.Relative > 8e-4 ? ScalarType.BFloat16 : ScalarType.Float16)
        );
    }

    private static bool IsConvolution(ExplainedRun run, string name) =>
        run.Ranks[0].Find(0, TracePhase.Start, name + ".weight") is { Shape.Count: 4 };

    /// <summary>Whether convolutions may use TF32: "on" or "off", as a CPU has it; null where nothing is known of a card.</summary>
    private static string? Tf32(ExplainedRun run) =>
        run.Environment.TryGetValue(CardSettings.Tf32Fact, out var text)
            ? text switch
            {
                "on" or "off" => text,
                // As python/ppyolo_record.py says it.
                _ when text.StartsWith("convolutions True", StringComparison.Ordinal) => "on",
                _ when text.StartsWith("convolutions False", StringComparison.Ordinal) => "off",
                _ => null,
            }
        : run.Environment.GetValueOrDefault("device", "cpu") == "cpu" ? "off"
        : null;
}
