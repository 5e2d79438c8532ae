using PPYolo.Align.Sketching;
using PPYolo.Align.Verdicts;

namespace PPYolo.Harness.Reference;

/// <summary>Weights after the first iteration and the last, moving averages, and what must not have moved at all.</summary>
internal static class WeightChecks
{
    /// <summary>Weights and running statistics after iteration 0: each may differ by what its gradient, or its map, may.</summary>
    public static Check First(Compared compared)
    {
        const string title = "weights after iteration 0";
        var (data, run) = (compared.Data, compared.Run);
        var (sketches, start, norms) = (data.Sketches("weights0"), data.Sketches("init"), data.Norms("init"));
        var gradients = data.GradientNames.Zip(data.Norms("grad0")).ToDictionary(pair => pair.First, pair => pair.Second);
        var each = new Differences(inOrder: false);
        for (var i = 0; i < data.Names.Count; i++)
        {
            var name = data.Names[i];
            var bound = gradients.TryGetValue(name, out var gradient)
                ? compared.Bounds.Stepped(
                    compared.Noise is null
                        ? null
                        : data.Rates[0] * Kept(compared) * gradient * compared.Bounds.Gradient(compared.Noise.Of(name)),
                    norms[i]
                )
                : compared.Bounds.Statistic(
                    Math.Sqrt(run.FirstWeights[name].Sketch.SquaredDistance(compared.Twin.Weights[name].Sketch)),
                    norms[i]
                );
            var distance = run.FirstWeights[name].Sketch.SquaredDistance(sketches[i]);
            each.See(distance, bound, name);
            compared.Findings.Add(new(title, name, distance, bound, sketches[i].SquaredDistance(start[i])));
        }

        return each.ToCheck(title, "sum of squares of each tensor");
    }

    /// <summary>What must be as it was, or counted.</summary>
    public static IEnumerable<Check> Untouched(ReferenceRun run)
    {
        yield return new("frozen parameters", "changed", run.ChangedFrozen.Count, 0, string.Join(", ", run.ChangedFrozen.Take(1)));
        yield return new(
            "num_batches_tracked",
            "not the number of iterations",
            run.WrongCounters.Count,
            0,
            string.Join(", ", run.WrongCounters.Take(1))
        );
    }

    /// <summary>Weights, averages and movement at the end, where they mean something.</summary>
    public static IEnumerable<Check> End(Compared compared)
    {
        if (!compared.CoversTheEnd)
        {
            yield break;
        }

        var (last, noise) = (compared.Last, compared.File.Noise);
        yield return Final(
            compared,
            $"weights{last}",
            $"weights after iteration {last}",
            compared.Run.FinalWeights,
            noise?.Values.Max(variant => variant.WeightsMaxSumSquares)
        );
        yield return Final(
            compared,
            $"ema{last}",
            $"moving averages after iteration {last}",
            compared.Run.FinalEma,
            noise?.Values.Max(variant => variant.EmaMaxSumSquares)
        );
        if (compared.Bounds.Movement is { } fraction)
        {
            yield return Movement(compared, fraction);
        }
    }

    private static Check Final(Compared compared, string kind, string title, IReadOnlyDictionary<string, TensorSummary> ours, double? noise)
    {
        var data = compared.Data;
        var (sketches, start) = (data.Sketches(kind), data.Sketches("init"));
        var bound = compared.Bounds.End(noise);
        var each = new Differences(inOrder: false);
        for (var i = 0; i < data.Names.Count; i++)
        {
            var distance = ours[data.Names[i]].Sketch.SquaredDistance(sketches[i]);
            each.See(distance, bound, data.Names[i]);
            compared.Findings.Add(new(title, data.Names[i], distance, bound, sketches[i].SquaredDistance(start[i])));
        }

        return each.ToCheck(title, "sum of squares of each tensor") with
        {
            Noise = noise,
        };
    }

    private static Check Movement(Compared compared, double fraction)
    {
        var data = compared.Data;
        var (final, start) = (data.Sketches($"weights{compared.Last}"), data.Sketches("init"));
        var each = new Differences(inOrder: false);
        var still = 0;
        for (var i = 0; i < data.Names.Count; i++)
        {
            var moved = final[i].SquaredDistance(start[i]);
            if (moved <= compared.File.Comparable.MovementAbove)
            {
                still++;
                continue;
            }

            var relative = compared.Run.FinalWeights[data.Names[i]].Sketch.SquaredDistance(final[i]) / moved;
            each.See(relative, fraction, data.Names[i]);
            compared.Findings.Add(new("movement", data.Names[i], relative, fraction, moved));
        }

        return each.ToCheck(
            "difference against movement",
            "of the squared distance moved",
            $"{each.Count} tensors; {still} left out that moved less than {compared.File.Comparable.MovementAbove:0.0e+0}"
        );
    }

    /// <summary>What clipping leaves of gradients.</summary>
    private static double Kept(Compared compared) =>
        compared.Data.ClipNorms(0) is { } norms && compared.File.Options.ClipGradNorm is { } clip ? Math.Min(1, clip / norms.Min()) : 1;
}
