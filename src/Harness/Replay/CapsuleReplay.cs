using PPYolo.Train.Epochs;
using PPYolo.Train.Feeds;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;
using TorchSharp;

namespace PPYolo.Harness.Replay;

/// <summary>How a capsule is trained again.</summary>
public sealed record CapsuleReplay
{
    /// <summary>The capsule.</summary>
    public required string Folder { get; init; }

    /// <summary>Opens the data that the run's settings name.</summary>
    public required Func<RunSettings, TrainingData> OpenData { get; init; }

    /// <summary>The run's settings with what is changed of them; as they are unless given.</summary>
    public Func<RunSettings, RunSettings> Change { get; init; } = settings => settings;

    /// <summary>Whether labels or images may be others than when the run began.</summary>
    public bool MayChangeData { get; init; }

    /// <summary>Ranks and threads; null is those of the run.</summary>
    public RanksOptions? Team { get; init; }

    /// <summary>Where the network is.</summary>
    public required torch.Device Device { get; init; }

    /// <summary>A new folder that the replay is recorded in, or null.</summary>
    public string? Record { get; init; }

    /// <summary>What is recorded; null is as much as a black box keeps.</summary>
    public TraceOptions? Trace { get; init; }

    /// <summary>Told what the reader should know, in a sentence each.</summary>
    public required Action<string> Say { get; init; }

    /// <summary>Told after each iteration on rank 0.</summary>
    public Action<StepResult>? Progress { get; init; }

    /// <summary>Another plan than the run's, for those who plant faults.</summary>
    internal Func<RunPlan, RunPlan> Plan { get; init; } = plan => plan;
}
