using PPYolo.Align;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Measures;

namespace PPYolo.Harness.Reference;

/// <summary>Compares our run of a case with what the reference recorded, in order of execution.</summary>
internal sealed class ReferenceComparison
{
    /// <summary>A bound on an estimated sum of squares is exceeded only when more than the estimate's own noise is above it.</summary>
    private static readonly double Headroom = 1 + Sketch.RelativeDeviation;

    private readonly ReferenceCase file;
    private readonly ReferenceData data;
    private readonly ReferenceRun run;
    private readonly ReferenceBounds bounds;
    private readonly List<Check> checks;
    private readonly List<TensorFinding> findings = [];
    private readonly List<IterationComparison> iterations = [];

    private ReferenceComparison(ReferenceCase file, ReferenceData data, ReferenceRun run, List<Check> checks)
    {
        this.file = file;
        this.data = data;
        this.run = run;
        this.checks = checks;
        bounds = ReferenceBounds.For(file);
    }

    private int Last => file.Iterations - 1;

    public static Verdict Compare(string folder, ReferenceCase file, ReferenceData data, ReferenceRun run, List<Check> checks)
    {
        var comparison = new ReferenceComparison(file, data, run, checks);
        comparison.CompareNames();
        comparison.CompareStart();
        comparison.CompareIterations();
        comparison.CompareActivations();
        comparison.CompareGradients();
        comparison.CompareClipping();
        comparison.CompareWeights(
            "weights0",
            "weights after iteration 0",
            run.FirstWeights,
            comparison.bounds.FirstWeights * Headroom,
            noise: null
        );
        comparison.CompareLaterLosses();
        comparison.CompareUntouched();
        comparison.CompareFinal();
        return new(
            $"reference case {Path.GetFileName(Path.GetFullPath(folder))}: {file.Options.Network}, freezeAt {file.Options.FreezeAt}, "
                + $"{file.InitProfile} weights, batch {file.Options.Batch}",
            comparison.Scope(),
            checks,
            comparison.iterations,
            [.. comparison.findings.OrderByDescending(finding => finding.Severity)]
        )
        {
            Measurements = RunMeasurements.Of(run.Seconds, run.Memory),
        };
    }

    private string Scope()
    {
        var losses = Math.Min(Math.Min(bounds.LastLoss, file.Comparable.LossIterations), Last);
        return (losses == 0 ? "losses are asserted for iteration 0 only" : $"losses are asserted up to iteration {losses}")
            + (
                AssertFinal ? $", weights and moving averages after iteration {Last}"
                : file.Iterations < data.Rates.Length ? $"; the run ended after iteration {Last}, before the reference's"
                : $"; weights after iteration {Last} are not comparable in this case (rounding differences have grown into them)"
            );
    }

    private bool AssertFinal => ReferenceBounds.CoverTheEnd(file);

    private void CompareNames()
    {
        var ours = run.Init.Keys.ToList();
        if (!ours.SequenceEqual(data.Names))
        {
            var missing = data.Names.Except(ours).FirstOrDefault();
            var extra = ours.Except(data.Names).FirstOrDefault();
            throw new AlignException(
                $"the reference's state_dict is not this network's: {data.Names.Count} entries there, {ours.Count} here"
                    + (missing is null ? "" : $"; only there: {missing}")
                    + (extra is null ? "" : $"; only here: {extra}")
                    + "; check 'network' and 'classes' in case.json"
            );
        }
    }

    /// <summary>Sums in another order differ by less than this; a single other float32 differs by more.</summary>
    private void CompareStart()
    {
        const double summation = 1e-12;
        var norms = data.Norms("init");
        var maxima = data.Maxima("init");
        var sketches = data.Sketches("init");
        var worst = new Worst();
        for (var i = 0; i < data.Names.Count; i++)
        {
            var ours = run.Init[data.Names[i]];
            var scale = Math.Max(norms[i], double.Epsilon);
            var difference =
                Math.Abs(ours.L2 - norms[i]) + Math.Abs(ours.AbsMax - maxima[i]) + Math.Sqrt(ours.Sketch.SquaredDistance(sketches[i]));
            worst.See(difference / scale, data.Names[i]);
        }

        checks.Add(
            new("start weights", "relative, norm, maximum and sketch", worst.Value, summation, worst.Name)
            {
                Note = "generated equal; only the order of summation differs",
            }
        );
    }

    private void CompareIterations()
    {
        Worst first = new(),
            total = new(),
            rates = new(),
            sizes = new();
        foreach (var step in run.Steps)
        {
            var losses = step.Losses.Select(loss => new LossComparison(loss.Key, loss.Value, data.Loss(loss.Key, step.Iteration))).ToList();
            iterations.Add(new(step.Iteration, step.Size, step.LearningRate, data.Rates[step.Iteration], losses));
            sizes.See(Math.Abs(step.Size - data.Size(step.Iteration)), $"iteration {step.Iteration}");
            rates.See(
                Math.Abs(step.LearningRate - data.Rates[step.Iteration]) / Math.Abs(data.Rates[step.Iteration]),
                $"iteration {step.Iteration}"
            );
            if (step.Iteration == 0)
            {
                losses.ForEach(loss => first.See(loss.Relative, loss.Name));
                total.See(losses[^1].Relative, losses[^1].Name);
            }
        }

        var absent = data.LossNames.Except(iterations[0].Losses.Select(loss => loss.Name)).ToList();
        checks.Add(new("losses of the reference that we have", "missing", absent.Count, 0, absent.FirstOrDefault()));
        checks.Add(new("image sizes", "pixels", sizes.Value, 0, sizes.Name));
        checks.Add(new("learning rates", "relative", rates.Value, bounds.Rates, rates.Name));
        checks.Add(new("losses of iteration 0", "relative, each loss", first.Value, bounds.FirstLosses, first.Name));
        checks.Add(new("total loss of iteration 0", "relative", total.Value, bounds.FirstLosses, total.Name) { Noise = LossNoise(0, 0) });
    }

    private void CompareLaterLosses()
    {
        var last = Math.Min(Math.Min(bounds.LastLoss, file.Comparable.LossIterations), Last);
        if (last == 0)
        {
            return;
        }

        var worst = new Worst();
        foreach (var iteration in iterations.Where(iteration => iteration.Iteration > 0 && iteration.Iteration <= last))
        {
            worst.See(iteration.Losses[^1].Relative, $"iteration {iteration.Iteration}");
        }

        checks.Add(
            new($"total loss of iterations 1 to {last}", "relative", worst.Value, bounds.LaterLosses, worst.Name)
            {
                Noise = LossNoise(1, last),
            }
        );
    }

    private double? LossNoise(int from, int to) =>
        file.Noise is not { Count: > 0 } noise
            ? null
            : noise.Values.Max(variant => variant.TotalLossRelative.Skip(from).Take(to - from + 1).Max());

    private void CompareActivations()
    {
        var worst = new Worst();
        var compared = 0;
        foreach (var (name, ours) in run.Activations)
        {
            if (data.Activation(name) is { } theirs)
            {
                compared++;
                worst.See(RelativeToMaximum(name, ours, theirs), name);
            }
        }

        if (compared > 0)
        {
            checks.Add(
                new("activations of iteration 0", "of the map's largest magnitude", worst.Value, bounds.Activations, worst.Name)
                {
                    Note = $"{compared} maps",
                }
            );
        }
    }

    private static double RelativeToMaximum(string name, TensorData ours, TensorData theirs)
    {
        if (!ours.Shape.AsSpan().SequenceEqual(theirs.Shape.AsSpan()))
        {
            throw new AlignException($"activation '{name}': expected {theirs}, found {ours}");
        }

        double difference = 0,
            largest = 0;
        ReadOnlySpan<float> a = ours.As<float>(),
            b = theirs.As<float>();
        for (var i = 0; i < a.Length; i++)
        {
            difference = Math.Max(difference, Math.Abs((double)a[i] - b[i]));
            largest = Math.Max(largest, Math.Abs((double)b[i]));
        }

        return largest == 0 ? (difference == 0 ? 0 : double.PositiveInfinity) : difference / largest;
    }

    private void CompareGradients()
    {
        var absent = data.GradientNames.Except(run.FirstGradients.Keys).Concat(run.FirstGradients.Keys.Except(data.GradientNames)).ToList();
        checks.Add(new("parameters with a gradient", "not in both runs", absent.Count, 0, absent.FirstOrDefault()));
        var norms = data.Norms("grad0");
        var sketches = data.Sketches("grad0");
        var relative = new List<double>();
        var worst = new Worst();
        // The square root of an estimated sum of squares carries half its relative noise.
        var bound = bounds.Gradients * Math.Sqrt(Headroom);
        for (var i = 0; i < data.GradientNames.Count; i++)
        {
            var name = data.GradientNames[i];
            if (!run.FirstGradients.TryGetValue(name, out var ours))
            {
                continue;
            }

            var distance = Math.Sqrt(ours.Sketch.SquaredDistance(sketches[i]));
            relative.Add(distance == 0 ? 0 : distance / norms[i]);
            worst.See(relative[^1], name);
            findings.Add(new("gradient of iteration 0", name, relative[^1], bound, null));
        }

        checks.Add(new("gradients of iteration 0", "relative L2 of each tensor", worst.Value, bound, worst.Name));
        if (bounds.GradientMedian is { } median && relative.Count > 0)
        {
            checks.Add(
                new(
                    "gradients of iteration 0, median",
                    "relative L2",
                    relative.Order().ElementAt(relative.Count / 2),
                    median * Math.Sqrt(Headroom)
                )
            );
        }
    }

    private void CompareClipping()
    {
        if (data.ClipNorms(0) is not { } theirs)
        {
            return;
        }

        var ours = run.Steps[0].GradientNorms;
        var worst = new Worst();
        for (var group = 0; group < theirs.Length; group++)
        {
            worst.See(ours is null ? double.NaN : Math.Abs(ours[group] - theirs[group]) / theirs[group], $"group {group}");
        }

        checks.Add(new("gradient norms before clipping, iteration 0", "relative", worst.Value, bounds.Gradients, worst.Name));
    }

    private void CompareUntouched()
    {
        checks.Add(new("frozen parameters", "changed", run.ChangedFrozen.Count, 0, string.Join(", ", run.ChangedFrozen.Take(1))));
        checks.Add(
            new(
                "num_batches_tracked",
                "not the number of iterations",
                run.WrongCounters.Count,
                0,
                string.Join(", ", run.WrongCounters.Take(1))
            )
        );
    }

    private void CompareFinal()
    {
        if (!AssertFinal)
        {
            return;
        }

        var bound = bounds.FinalWeights!.Value * Headroom;
        CompareWeights(
            $"weights{Last}",
            $"weights after iteration {Last}",
            run.FinalWeights,
            bound,
            file.Noise?.Values.Max(variant => variant.WeightsMaxSumSquares)
        );
        CompareWeights(
            $"ema{Last}",
            $"moving averages after iteration {Last}",
            run.FinalEma,
            bound,
            file.Noise?.Values.Max(variant => variant.EmaMaxSumSquares)
        );
        CompareMovement();
    }

    private void CompareWeights(string kind, string title, IReadOnlyDictionary<string, TensorSummary> ours, double bound, double? noise)
    {
        var sketches = data.Sketches(kind);
        var start = data.Sketches("init");
        var worst = new Worst();
        for (var i = 0; i < data.Names.Count; i++)
        {
            var distance = ours[data.Names[i]].Sketch.SquaredDistance(sketches[i]);
            worst.See(distance, data.Names[i]);
            findings.Add(new(title, data.Names[i], distance, bound, sketches[i].SquaredDistance(start[i])));
        }

        checks.Add(new(title, "sum of squares of each tensor", worst.Value, bound, worst.Name) { Noise = noise });
    }

    private void CompareMovement()
    {
        if (bounds.Movement is not { } fraction)
        {
            return;
        }

        var final = data.Sketches($"weights{Last}");
        var start = data.Sketches("init");
        var worst = new Worst();
        var still = 0;
        for (var i = 0; i < data.Names.Count; i++)
        {
            var moved = final[i].SquaredDistance(start[i]);
            if (moved <= file.Comparable.MovementAbove)
            {
                still++;
                continue;
            }

            var relative = run.FinalWeights[data.Names[i]].Sketch.SquaredDistance(final[i]) / moved;
            worst.See(relative, data.Names[i]);
            findings.Add(new("movement", data.Names[i], relative, fraction, moved));
        }

        checks.Add(
            new("difference against movement", "of the squared distance moved", worst.Value, fraction, worst.Name)
            {
                Note = $"{data.Names.Count - still} tensors; {still} left out that moved less than {file.Comparable.MovementAbove:0.0e+0}",
            }
        );
    }

    /// <summary>The largest difference seen and where; NaN is larger than everything.</summary>
    private sealed class Worst
    {
        public double Value { get; private set; }

        public string? Name { get; private set; }

        public void See(double difference, string name)
        {
            if (difference > Value || double.IsNaN(difference))
            {
                Value = difference;
                Name = name;
            }
        }
    }
}
