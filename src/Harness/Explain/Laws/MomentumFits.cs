using PPYolo.Align.Traces;
using PPYolo.Train.Optimization;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>How momentum follows gradients, weights and itself in one run, fitted for each group: m = a g + b w + c m.</summary>
internal sealed class MomentumFits
{
    /// <summary>Fits are exact to rounding; a residual beyond this means that the law has another form.</summary>
    private const double Trusted = 1e-3;

    private readonly Dictionary<string, MomentumFit> groups;

    /// <summary>Fits all groups of a run.</summary>
    /// <param name="run">A run with momentum in its traces.</param>
    /// <param name="names">Which group a parameter is in.</param>
    public MomentumFits(ExplainedRun run, OptimizerGroups names)
    {
        groups = Groups.ToDictionary(group => group, group => Of(run, group, names), StringComparer.Ordinal);
        GradientNorms = Groups.ToDictionary(group => group, group => Norms(run, group, names), StringComparer.Ordinal);
    }

    /// <summary>The groups: without decay, and with it.</summary>
    public static IReadOnlyList<string> Groups { get; } = [ParameterGroup.NoDecay, ParameterGroup.Decay];

    /// <summary>The norms of each group's reduced gradients, one for each iteration.</summary>
    public IReadOnlyDictionary<string, List<double>> GradientNorms { get; }

    /// <summary>The factor of the momentum before.</summary>
    public Measured? Carry => this[ParameterGroup.Decay].Carry ?? this[ParameterGroup.NoDecay].Carry;

    /// <summary>The same of each iteration that could be fitted, by its number.</summary>
    public IReadOnlyDictionary<int, double> Carries =>
        this[ParameterGroup.Decay].Carry is null ? this[ParameterGroup.NoDecay].Carries : this[ParameterGroup.Decay].Carries;

    /// <summary>1 less what the fits leave, since what is not what its law says is not explained.</summary>
    public double Fit => 1 - groups.Values.Max(group => group.Residual);

    /// <summary>The fit of a group.</summary>
    /// <param name="group">One of <see cref="Groups" />.</param>
    public MomentumFit this[string group] => groups[group];

    private static MomentumFit Of(ExplainedRun run, string group, OptimizerGroups names)
    {
        var shares = new List<double>();
        var decays = new List<(double Value, double Error)>();
        var carries = new List<(double Value, double Error)>();
        var each = new Dictionary<int, double>();
        double residual = 0;
        for (var iteration = 0; iteration < run.Iterations.Count; iteration++)
        {
            var fit = new LinearFit(iteration == 0 ? 2 : 3);
            foreach (var gradient in run.Reduced(iteration).Where(entry => names.NameFor(entry.Key.Name) == group))
            {
                var key = gradient.Key.Name;
                var before = iteration == 0 ? null : run.Sums(iteration - 1, TracePhase.Momentum, key);
                if (
                    run.Sums(iteration, TracePhase.Momentum, key) is not { } momentum
                    || run.WeightsBefore(iteration, key) is not { } weights
                    || (iteration > 0 && before is null)
                )
                {
                    continue;
                }

                var weight = 1 / Math.Max(1e-30, Math.Sqrt(momentum.Sum(x => x * x)));
                fit.Add(momentum, iteration == 0 ? [gradient.Summary.Sums, weights] : [gradient.Summary.Sums, weights, before!], weight);
            }

            if (fit.Solve() is { } result && result.Residual < Trusted)
            {
                residual = Math.Max(residual, result.Residual);
                shares.Add(result.Coefficients[0]);
                decays.Add((result.Coefficients[1], result.Errors[1]));
                if (iteration > 0)
                {
                    carries.Add((result.Coefficients[2], result.Errors[2]));
                    each[iteration] = result.Coefficients[2];
                }
            }
        }

        return new(shares, Measured.Of(decays), Measured.Of(carries), each, residual);
    }

    private static List<double> Norms(ExplainedRun run, string group, OptimizerGroups names) =>
        [
            .. Enumerable
                .Range(0, run.Iterations.Count)
                .Select(i =>
                    Math.Sqrt(
                        run.Reduced(i)
                            .Where(entry => names.NameFor(entry.Key.Name) == group)
                            .Sum(entry => entry.Summary.L2 * entry.Summary.L2)
                    )
                ),
        ];
}
