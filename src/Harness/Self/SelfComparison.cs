using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;

namespace PPYolo.Harness.Self;

/// <summary>Compares a record with its replays.</summary>
/// <param name="record">The record, of which files are read.</param>
/// <param name="gradients">The gradients of its iteration 0.</param>
/// <param name="expected">How many iterations it has.</param>
internal sealed class SelfComparison(RunRecord record, NamedTensors gradients, int expected) : IDisposable
{
    private const string Gradients = "gradients of iteration 0",
        Weights = "weights",
        Momentum = "momentum",
        Averages = "moving averages";

    private readonly NamedTensors raw = record.Read(RunRecord.RawEndName),
        momentum = record.Read(RunRecord.MomentumName),
        averages = record.Read(RunRecord.EndName);

    /// <summary>Losses and rates of a replay beside the recorded ones.</summary>
    public List<IterationComparison> Iterations(RunEnd replay) =>
        [
            .. replay.Steps.Zip(
                record.ReadLosses().Iterations,
                (ours, theirs) =>
                    new IterationComparison(
                        ours.Iteration,
                        ours.Size,
                        ours.LearningRate,
                        theirs.LearningRate,
                        [
                            .. ours.Losses.Select(loss => new LossComparison(
                                loss.Key,
                                loss.Value,
                                theirs.Losses.GetValueOrDefault(loss.Key, float.NaN)
                            )),
                        ]
                    )
            ),
        ];

    /// <summary>Every bit must be the same.</summary>
    public IEnumerable<Check> OfBits(ReplayedRun replay, List<IterationComparison> iterations, List<TensorFinding> findings)
    {
        var differing = iterations
            .Where(iteration =>
                iteration.Rate != iteration.ExpectedRate
                || iteration.Losses.Any(loss => BitConverter.DoubleToInt64Bits(loss.Found) != BitConverter.DoubleToInt64Bits(loss.Expected))
            )
            .ToList();
        return
        [
            Missing([replay], iterations),
            BitwiseComparison.Run(Gradients, replay.Gradients, gradients, findings),
            new(
                "losses and learning rates",
                "iterations that differ in any bit",
                differing.Count,
                0,
                differing.Count == 0 ? null : $"iteration {differing[0].Iteration}"
            ),
            BitwiseComparison.Run(Weights, replay.End.Raw, raw, findings),
            BitwiseComparison.Run(Momentum, replay.End.Momentum, momentum, findings),
            BitwiseComparison.Run(Averages, replay.End.Ema, averages, findings),
        ];
    }

    /// <summary>The record must be as near to its first replay as replays are to one another.</summary>
    public IEnumerable<Check> OfNoise(
        IReadOnlyList<ReplayedRun> replays,
        List<IterationComparison> iterations,
        List<TensorFinding> findings
    )
    {
        Check Of(string title, NamedTensors recorded, Func<ReplayedRun, NamedTensors> part) =>
            NoiseComparison.Run(title, NoiseMeasure.Tensors, recorded, [.. replays.Select(part)], findings);

        // Of rates nothing is noise.
        var rates = iterations.Where(iteration => iteration.Rate != iteration.ExpectedRate).ToList();
        return
        [
            Missing(replays, iterations),
            new("learning rates", "iterations that differ", rates.Count, 0, rates.Count == 0 ? null : $"iteration {rates[0].Iteration}"),
            Of(Gradients, gradients, replay => replay.Gradients),
            NoiseComparison.Run(
                "losses",
                NoiseMeasure.Losses,
                Losses(iterations.Select(iteration => iteration.Losses.Select(loss => (float)loss.Expected))),
                [.. replays.Select(replay => Losses(replay.End.Steps.Select(step => step.Losses.Select(loss => loss.Value))))],
                findings
            ),
            Of(Weights, raw, replay => replay.End.Raw),
            Of(Momentum, momentum, replay => replay.End.Momentum),
            Of(Averages, averages, replay => replay.End.Ema),
        ];
    }

    /// <inheritdoc />
    public void Dispose()
    {
        raw.Dispose();
        momentum.Dispose();
        averages.Dispose();
    }

    /// <summary>The least of all sides counts: the record's too.</summary>
    private Check Missing(IReadOnlyList<ReplayedRun> replays, List<IterationComparison> iterations) =>
        new("iterations replayed", "missing", expected - Math.Min(iterations.Count, replays.Min(replay => replay.End.Steps.Count)), 0);

    private static NamedTensors Losses(IEnumerable<IEnumerable<float>> iterations)
    {
        var all = new NamedTensors();
        foreach (var (number, losses) in iterations.Index())
        {
            float[] values = [.. losses];
            all.Add($"iteration {number}", TensorData.Of<float>(values, values.Length));
        }

        return all;
    }
}
