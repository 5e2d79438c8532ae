using PPYolo.Align.Generation;
using PPYolo.Align.Traces;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;

namespace PPYolo.Train.Records;

/// <summary>
/// Twins of a run: the same training from start weights that are perturbed about their last bit. How far they are from it is the noise
/// floor of its trace.
/// </summary>
internal static class TraceTwins
{
    /// <summary>The plan of a twin.</summary>
    public static RunPlan Of(RunPlan plan, int number) => plan with { Start = Perturbation.Of(plan.Start, $"{plan.Seed}.{number}") };

    /// <summary>Trains twins and measures the floor.</summary>
    /// <param name="plan">What the run trained.</param>
    /// <param name="own">The run's own trace on rank 0; elsewhere it is not looked at.</param>
    /// <param name="twins">How many.</param>
    /// <param name="ranks">Who trained together, and does again.</param>
    /// <param name="progress">Told the number of each twin on rank 0, from 1 on.</param>
    /// <returns>The floor on rank 0, null elsewhere.</returns>
    public static TraceFloor? Measure(
        RunPlan plan,
        IReadOnlyList<IterationTrace> own,
        int twins,
        IRanks ranks,
        Action<int>? progress = null
    )
    {
        var traces = new List<RunTrace>();
        for (var twin = 0; twin < twins; twin++)
        {
            if (ranks.Rank == 0)
            {
                progress?.Invoke(twin + 1);
            }

            traces.Add(TracingLoop.Execute(Of(plan, twin), ranks));
        }

        return ranks.Rank == 0 ? TraceFloor.Of(new(0, own), traces) : null;
    }
}
