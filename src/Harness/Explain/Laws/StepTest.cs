using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>Puts one thing of the second run into the first run's law, and sees how much of the difference that gives.</summary>
/// <param name="run">The run that differs.</param>
/// <param name="comparison">Where.</param>
/// <param name="first">The steps of the run that is expected.</param>
/// <param name="second">The steps of the run that differs.</param>
internal sealed class StepTest(ExplainedRun run, TraceComparison comparison, StepHistory first, StepHistory second)
{
    /// <summary>The steps of the run that is expected.</summary>
    public StepHistory First => first;

    /// <summary>The steps of the run that differs.</summary>
    public StepHistory Second => second;

    /// <summary>Whether as much of squared gradients enters Adam's second moments in the first step of both.</summary>
    public bool SecondMomentsAgree =>
        first.SecondShare() is { } expected && second.SecondShare() is { } found && Numbers.Near(expected.Value, found.Value, 1e-3);

    /// <summary>How much more of the gradient enters in the second run's first step.</summary>
    public double FirstScale => first.Taken(0) is { } expected && second.Taken(0) is { } found ? found.Value / expected.Value : 1;

    /// <summary>The share of the first run's gradient that enters; of an iteration that tells nothing, that of the others.</summary>
    public double FirstShare(int iteration) =>
        first.Shares.TryGetValue(iteration, out var share) ? share
        : first.IsAdam ? 1 - (first.Carry ?? 0)
        : first.Shares.Values.Last();

    /// <summary>The first run's decay of a parameter; 0 where it was not measured, or is within its error.</summary>
    public double FirstDecay(string parameter) =>
        first.Decays.GetValueOrDefault(parameter) is var (value, error) && Math.Abs(value) > error ? value : 0;

    /// <summary>What a change gives.</summary>
    /// <param name="changed">Of an iteration and parameter the share, decay and what stays; null takes the first run's.</param>
    public (double Share, int Predicted, int Differing) Share(Func<int, string, (double? Share, double? Decay, double? Carry)> changed) =>
        LawShare.Of(
            run,
            comparison,
            second.Phase,
            (iteration, name) => second.Parameter(name) is { } parameter ? Predict(iteration, name, changed(iteration, parameter)) : null,
            (iteration, name) => second.Parameter(name) is null ? null : Predict(iteration, name, default)
        );

    private double[]? Predict(int iteration, string name, (double? Share, double? Decay, double? Carry) changed) =>
        second.Predict(
            iteration,
            name,
            changed.Share ?? FirstShare(iteration),
            changed.Decay ?? FirstDecay(second.Parameter(name)!),
            changed.Carry ?? first.Carry ?? second.Carry ?? 0
        );
}
