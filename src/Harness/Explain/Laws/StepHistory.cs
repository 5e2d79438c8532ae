using PPYolo.Align.Traces;

// Longer than others: one set of fits whose numbers depend on each other.
namespace PPYolo.Harness.Explain.Laws;

/// <summary>
/// The optimizer's steps of a run of any network, as far as they were traced, and what is fitted to them: m = a g + b w + c m before, with
/// one a for each iteration, one b for each parameter, and one c. m is SGD's momentum or Adam's first moment; where an optimizer keeps
/// nothing, it is what the weights move by over the rate.
/// </summary>
internal sealed class StepHistory
{
    /// <summary>What Adam calls its moments.</summary>
    public const string First = ".exp_avg",
        Second = ".exp_avg_sq";

    /// <summary>Fits are exact to rounding; one with more left over is of another law.</summary>
    private const double Trusted = 1e-4;

    /// <summary>Tensors of fewer elements say too little of three numbers.</summary>
    private const int FewElements = 8;

    /// <summary>A relative error of float32, with room for the sums of a step.</summary>
    private const double Rounding = 2e-6;

    /// <summary>A carry that is measured worse than by this share of what does not stay is not measured.</summary>
    private const double Resolution = 0.05;

    private readonly ExplainedRun run;

    private StepHistory(ExplainedRun run, bool isAdam, bool isPlain)
    {
        (this.run, IsAdam, IsPlain) = (run, isAdam, isPlain);
        Fit();
    }

    /// <summary>Whether the optimizer keeps two moments.</summary>
    public bool IsAdam { get; }

    /// <summary>Whether it keeps nothing.</summary>
    public bool IsPlain { get; }

    /// <summary>How much of the gradient enters, by iteration.</summary>
    public SortedDictionary<int, double> Shares { get; } = [];

    /// <summary>How far each share may be off.</summary>
    public Dictionary<int, double> ShareErrors { get; } = [];

    /// <summary>How much of the momentum stays; null where it could not be measured.</summary>
    public double? Carry { get; private set; }

    /// <summary>
    /// How far it may be off; infinite where it is not measured, but taken to be what Adam's first step leaves of the gradient, which is
    /// also what a gradient that is clipped or scaled leaves.
    /// </summary>
    public double CarryError { get; private set; }

    /// <summary>The weight decay that enters gradients, by parameter, and how far it may be off.</summary>
    public Dictionary<string, (double Value, double Error)> Decays { get; } = new(StringComparer.Ordinal);

    /// <summary>The phase in which a fault of the law shows.</summary>
    public TracePhase Phase => IsPlain ? TracePhase.Weights : TracePhase.Momentum;

    /// <summary>The steps of a run; null where too little of them was traced, or they follow another law.</summary>
    public static StepHistory? Of(ExplainedRun run)
    {
        var moments = run.Iterations.SelectMany(iteration => iteration.Of(TracePhase.Momentum)).ToList();
        var isAdam = moments.Exists(entry => entry.Key.Name.EndsWith(First, StringComparison.Ordinal));
        var history = new StepHistory(run, isAdam, moments.Count == 0);
        return history.Shares.Count > 0 ? history : null;
    }

    /// <summary>The parameter that an entry of <see cref="Phase"/> is of; null where it is none, or of Adam's second moment.</summary>
    public string? Parameter(string name) =>
        !IsAdam || IsPlain ? name
        : name.EndsWith(First, StringComparison.Ordinal) ? name[..^First.Length]
        : null;

    /// <summary>The sums of m after an iteration; null where they were not traced.</summary>
    public double[]? Moment(int iteration, string parameter) =>
        !IsPlain ? run.Sums(iteration, TracePhase.Momentum, IsAdam ? parameter + First : parameter)
        : run.WeightsBefore(iteration, parameter) is { } before
        && run.Sums(iteration, TracePhase.Weights, parameter) is { } after
        && run.Rates[iteration] is > 0 and var rate
            ? Vectors.Times(1 / rate, Vectors.Minus(before, after))
        : null;

    /// <summary>The sums of m before an iteration: nothing before the first; null where they were not traced.</summary>
    public double[]? MomentBefore(int iteration, string parameter) =>
        iteration == 0 || IsPlain ? new double[Align.Sketching.StripedSummary.Stripes] : Moment(iteration - 1, parameter);

    /// <summary>The gradient that the optimizer got.</summary>
    public TraceEntry? Gradient(int iteration, string parameter) =>
        run.Iterations[iteration][TracePhase.Reduction, parameter] ?? run.Iterations[iteration][TracePhase.Gradient, parameter];

    /// <summary>How much decay enters m, for a weight decay of 1.</summary>
    public double DecayShare(double carry) => IsAdam ? 1 - carry : 1;

    /// <summary>
    /// The entry of <see cref="Phase"/> that the law gives with these numbers on this run's own tensors; null where something is not known.
    /// </summary>
    public double[]? Predict(int iteration, string name, double share, double decay, double carry)
    {
        if (
            Parameter(name) is not { } parameter
            || Gradient(iteration, parameter) is not { } gradient
            || run.WeightsBefore(iteration, parameter) is not { } before
            || MomentBefore(iteration, parameter) is not { } earlier
        )
        {
            return null;
        }

        var moment = Vectors.Combined((share, gradient.Summary.Sums), (decay * DecayShare(carry), before), (carry, earlier));
        return IsPlain ? Vectors.Combined((1, before), (-run.Rates[iteration], moment)) : moment;
    }

    /// <summary>How much of Adam's second moment stays; null where nothing tells.</summary>
    public Measured? SecondRate() => IsAdam ? new SecondMoment(run, this).Rate() : null;

    /// <summary>How much of the squared gradient enters it in the first step; null where nothing tells.</summary>
    public Measured? SecondShare() => IsAdam && Shares.TryGetValue(0, out var share) ? new SecondMoment(run, this).Entered(share) : null;

    /// <summary>How much of the gradient enters an iteration, of what Adam takes at all, and how far that may be off.</summary>
    public Measured? Taken(int iteration)
    {
        var all = DecayShare(Carry ?? 0);
        return Shares.TryGetValue(iteration, out var share)
            ? new(
                share / all,
                (ShareErrors[iteration] / all) + (IsAdam && double.IsFinite(CarryError) ? Math.Abs(share) * CarryError / (all * all) : 0)
            )
            : null;
    }

    /// <summary>The sums of an entry of momentum, whatever it is called; null where it was not traced.</summary>
    public double[]? SecondMoment(int iteration, string name) => run.Sums(iteration, TracePhase.Momentum, name);

    /// <summary>The norm of all gradients together.</summary>
    public double GradientNorm(int iteration) => Math.Sqrt(run.Reduced(iteration).Sum(entry => entry.Summary.L2 * entry.Summary.L2));

    internal static long Count(TraceEntry entry) => entry.Shape.Aggregate(1L, (count, extent) => count * extent);

    private void Fit()
    {
        (double Value, double Error)? carry = null;
        var shares = new SortedDictionary<int, (double Value, double Error)>();
        foreach (var (iteration, parameter, count) in Steps())
        {
            var earlier = MomentBefore(iteration, parameter)!;
            var hasEarlier = earlier.Any(sum => sum != 0);
            var fit = new LinearFit(hasEarlier ? 3 : 2);
            double[] moment = Moment(iteration, parameter)!,
                gradient = Gradient(iteration, parameter)!.Summary.Sums,
                before = run.WeightsBefore(iteration, parameter)!;
            if (count < FewElements)
            {
                continue;
            }

            fit.Add(moment, hasEarlier ? [gradient, before, earlier] : [gradient, before], 1 / Math.Max(1e-30, Vectors.Norm(moment)));
            var result = fit.Solve();
            if (result is null && !hasEarlier)
            {
                // Weights that are all zero.
                fit = new(1);
                fit.Add(moment, [gradient], 1 / Math.Max(1e-30, Vectors.Norm(moment)));
                result = fit.Solve();
            }

            if (result is null || result.Residual > (IsPlain ? 100 * Trusted : Trusted))
            {
                continue;
            }

            // All 64 sums were taken for equations, of which no more say anything than there are elements.
            var scale = 5 * Math.Sqrt(64.0 / Math.Clamp(count, 1, 64));
            if (!shares.TryGetValue(iteration, out var known) || scale * result.Errors[0] < known.Error)
            {
                shares[iteration] = (result.Coefficients[0], scale * result.Errors[0]);
            }

            if (hasEarlier && (carry is null || scale * result.Errors[2] < carry.Value.Error))
            {
                carry = (result.Coefficients[2], scale * result.Errors[2]);
            }
        }

        foreach (var (iteration, share) in shares)
        {
            (Shares[iteration], ShareErrors[iteration]) = share;
        }

        // In its first step all that Adam has is 1 - c of the gradient.
        var isMeasured = carry is not null && (!IsAdam || carry.Value.Error <= Resolution * Math.Abs(1 - carry.Value.Value));
        (Carry, CarryError) =
            IsPlain ? ((double?)0, 0d)
            : isMeasured ? (carry!.Value.Value, carry.Value.Error)
            : (IsAdam && Shares.TryGetValue(0, out var first) ? 1 - first : null, double.PositiveInfinity);
        FitDecays();
    }

    private void FitDecays()
    {
        foreach (var group in Steps().Where(step => Shares.ContainsKey(step.Iteration)).GroupBy(step => step.Parameter))
        {
            var fit = new LinearFit(1);
            var rounding = double.PositiveInfinity;
            var count = 0L;
            // In the first step nothing is dampened: where it tells, it tells alone.
            var tells = group.Where(step => step.Iteration == 0 && run.WeightsBefore(0, step.Parameter)!.Any(sum => sum != 0)).ToList();
            foreach (var (iteration, parameter, elements) in tells.Count > 0 ? tells : [.. group])
            {
                var before = run.WeightsBefore(iteration, parameter)!;
                double[] moment = Moment(iteration, parameter)!,
                    earlier = MomentBefore(iteration, parameter)!;
                var size = Vectors.Norm(before);
                if (size == 0 || (!double.IsFinite(CarryError) && earlier.Any(sum => sum != 0)))
                {
                    continue;
                }

                var rest = Vectors.Combined(
                    (1, moment),
                    (-Shares[iteration], Gradient(iteration, parameter)!.Summary.Sums),
                    (-(Carry ?? 0), earlier)
                );
                // Where nothing is kept, the step is the difference of two weights.
                var error = IsPlain ? size / run.Rates[iteration] : Vectors.Norm(moment) + Vectors.Norm(earlier);
                fit.Add(rest, [before], 1 / Math.Max(1e-30, error));
                // What stays and the share of the gradient are measured, too.
                var off =
                    (ShareErrors[iteration] * Gradient(iteration, parameter)!.Summary.L2)
                    + (double.IsFinite(CarryError) ? CarryError * Vectors.Norm(earlier) : 0);
                rounding = Math.Min(rounding, ((Rounding * error) + off) / size);
                count = elements;
            }

            if (fit.Solve() is { } result)
            {
                // All 64 sums were taken for equations, of which no more say anything than there are elements.
                var error = result.Errors[0] * Math.Sqrt(64.0 / Math.Clamp(count, 1, 64));
                var share = DecayShare(Carry ?? 0);
                Decays[group.Key] = (result.Coefficients[0] / share, ((5 * error) + rounding) / share);
            }
        }
    }

    private IEnumerable<(int Iteration, string Parameter, long Count)> Steps() =>
        from iteration in Enumerable.Range(0, run.Iterations.Count)
        from entry in run.Reduced(iteration)
        let parameter = entry.Key.Name
        where
            Moment(iteration, parameter) is { } moment
            && moment.Any(sum => sum != 0)
            && MomentBefore(iteration, parameter) is not null
            && run.WeightsBefore(iteration, parameter) is not null
        select (iteration, parameter, Count(entry));
}
