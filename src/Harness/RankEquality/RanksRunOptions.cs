using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Train.Ranks;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;

namespace PPYolo.Harness.RankEquality;

/// <summary>How scenario 3 runs its ranks and joins what they recorded.</summary>
public sealed record RanksRunOptions
{
    /// <summary>Threads of libtorch over all ranks.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>The noise floor of one rank, where it was measured before.</summary>
    public NoiseFloor? Floor { get; init; }

    /// <summary>Told when the floor was measured.</summary>
    public Action<NoiseFloor>? FloorMeasured { get; init; }

    /// <summary>In what the run on one rank is another than the right one.</summary>
    public Alteration OneRank { get; init; } = Alteration.None;

    /// <summary>The run on one rank, which nobody watches.</summary>
    internal RunPlan OneRankOf(RunPlan run, IBatchSource batches) =>
        run with
        {
            Batches = _ => batches,
            Alteration = OneRank,
            Observe = null,
        };

    /// <summary>Runs and records a plan on its ranks; in threads of this process unless replaced.</summary>
    public Func<RanksPlan, string, RanksResult>? Recorder { get; init; }

    /// <summary>Merges a record of several ranks into one of one rank.</summary>
    public Action<string, string> Merge { get; init; } = RecordMerge.Merge;

    internal NoiseFloor FloorOf(RunPlan run, RunEnd end)
    {
        if (Floor is not null)
        {
            return Floor;
        }

        var measured = NoiseFloor.Measure(run, end, RanksScenario.StandardTwins);
        FloorMeasured?.Invoke(measured);
        return measured;
    }

    internal RanksResult Record(RanksPlan plan, string folder) =>
        Recorder is not null
            ? Recorder(plan, folder)
            : Watched(
                plan,
                (ranks, observe) =>
                    RecordingLoop.Execute(
                        plan.Run,
                        plan.InitProfile,
                        new(folder) { Extension = TensorFormat.NumpyArchive.Extension },
                        ranks,
                        observe: observe
                    )
            );

    internal RanksResult RunOnThreads(RanksPlan plan) =>
        Watched(plan, (ranks, observe) => IterationLoop.Execute(plan.Run, ranks, observe: observe));

    private RanksResult Watched(RanksPlan plan, Func<IRanks, Action<TrainStep>?, RunEnd> run)
    {
        var gradients = new NamedTensors();
        var end = ThreadTeam.Run(
            plan.Ranks,
            Threads,
            ranks => run(ranks, ranks.Rank == 0 ? step => FirstGradients.Watch(step, gradients) : null)
        );
        return new(end, gradients);
    }
}
