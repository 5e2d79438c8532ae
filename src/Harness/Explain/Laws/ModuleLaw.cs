using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Train.Runtime;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>What the first differing module itself says: DropBlock that drops, convolutions in lower precision.</summary>
internal sealed class ModuleLaw : ILaw
{
    /// <inheritdoc />
    public IEnumerable<Cause> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        if (comparison.Frontier is not { Key.Phase: TracePhase.Forward } frontier)
        {
            return [];
        }

        return [.. new[] { DropBlock(first, second, frontier), Precision(first, second, frontier) }.OfType<Cause>()];
    }

    private static Cause? DropBlock(ExplainedRun first, ExplainedRun second, EntryDifference frontier)
    {
        if (!frontier.Key.Name.EndsWith("dropblock", StringComparison.Ordinal))
        {
            return null;
        }

        var (a, b) = (Changes(first, frontier), Changes(second, frontier));
        return a == 0 && b > 0
                ? CauseCatalogue.DropBlockOn.Found(
                    0.98,
                    [$"in the second run its output differs from its input by {Numbers.Text(b)} of its norm; in the first they are equal"]
                )
            : b == 0 && a > 0
                ? CauseCatalogue.DropBlockOff.Found(
                    0.98,
                    [$"in the first run its output differs from its input by {Numbers.Text(a)} of its norm; in the second they are equal"]
                )
            : CauseCatalogue.DropBlockRandom.Found(0.9, [$"both runs drop: by {Numbers.Text(a)} and {Numbers.Text(b)} of the norm"]);
    }

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

    private static Cause? Precision(ExplainedRun first, ExplainedRun second, EntryDifference frontier)
    {
        // With equal weights and inputs a convolution can differ this little only by its arithmetic. Operands of 8 bits round by 2^-9 at
        // most, of 11 by 2^-12; the errors of many products average to about half of that.
        var isConvolution = first.Ranks[0].Find(0, TracePhase.Start, frontier.Key.Name + ".weight") is { Shape.Count: 4 };
        var format = frontier.Relative switch
        {
            > 8e-4 and < 2e-2 => "bfloat16 (8 bits)",
            > 4e-5 and <= 8e-4 => "TF32 or float16 (11 bits)",
            _ => null,
        };
        if (!isConvolution || format is null || frontier.Iteration != 0)
        {
            return null;
        }

        var difference = $"{frontier.Key.Name} has the same weights and input and differs by {Numbers.Text(frontier.Relative)} of its norm";
        var (a, b) = (Tf32(first), Tf32(second));
        return a == b
            ? CauseCatalogue.LowerPrecision.Found($"Convolutions are computed in lower precision: {format}.", 0.95, [difference])
            : CauseCatalogue.LowerPrecision.Found(
                $"Convolutions are computed in lower precision: TF32 is {b} in the second run.",
                0.98,
                [difference, $"the environments say that TF32 is {a} in the first run and {b} in the second"]
            );
    }

    // Absent means the CPU, which has none.
    private static string Tf32(ExplainedRun run) => run.Environment.GetValueOrDefault(CardSettings.Tf32Fact, "off");
}
