using System.Globalization;
using System.Numerics.Tensors;
using System.Text;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Model.State;
using PPYolo.Train.Ranks;
using PPYolo.Train.Stepping;

namespace PPYolo.Train.Runs;

/// <summary>Looks for NaN and infinity.</summary>
internal static class NonFinite
{
    private const string InBatch = "the batch's";

    /// <summary>Describes the first tensor that has an element that is not finite, or returns null.</summary>
    /// <param name="what">What the tensors are, put before the name.</param>
    /// <param name="tensors">Float32 tensors are looked at; others have no such elements here.</param>
    public static string? Find(string what, IEnumerable<KeyValuePair<string, TensorData>> tensors)
    {
        foreach (var (name, tensor) in tensors)
        {
            if (tensor is { Type: ElementType.Float32, Count: > 0 } && Describe(tensor.As<float>()) is { } found)
            {
                return $"{what} '{name}' ({tensor}) {found}";
            }
        }

        return null;
    }

    /// <summary>Refuses the end of a run that nobody could go on from.</summary>
    /// <exception cref="TrainingHaltedException">A weight, its moving average or momentum is NaN or infinite.</exception>
    public static void Require(RunEnd end)
    {
        if ((Find("weight", end.Raw) ?? Find("moving average of", end.Ema) ?? Find("momentum of", end.Momentum)) is { } bad)
        {
            throw new TrainingHaltedException($"after iteration {end.Steps[^1].Iteration}: {bad}; lower the learning rate");
        }
    }

    /// <summary>
    /// Tells all ranks the first tensor that is not finite on any of them. The losses are averaged, so that all of them are here. With
    /// shared statistics a bad batch spoils the tensors of all: the rank that has it knows most.
    /// </summary>
    public static string CauseOverRanks(IRanks ranks, TrainStep step, NonFiniteLossException exception)
    {
        var mine = Cause(step, exception.Batch, exception.LocalLosses);
        var found = ranks.Gather("what is not finite", Encoding.UTF8.GetBytes(mine ?? "")).Select(Encoding.UTF8.GetString).ToList();
        var rank = found.FindIndex(text => text.StartsWith(InBatch, StringComparison.Ordinal)) is >= 0 and var culprit
            ? culprit
            : found.FindIndex(text => text.Length > 0);
        var cause = rank < 0 ? "no tensor was found that is not finite" : (ranks.Size > 1 ? $"on rank {rank}, " : "") + found[rank];
        return rank >= 0 && found[rank].StartsWith(InBatch, StringComparison.Ordinal) ? cause : $"{cause}; lower the learning rate";
    }

    /// <summary>
    /// Describes the first tensor, in order of execution, that made a loss not finite: of the batch, of the parameters, of the running
    /// statistics that the iteration's forward pass has moved (which tell the first layer whose activations were not finite), else the
    /// losses themselves.
    /// </summary>
    private static string? Cause(TrainStep step, Batch batch, IEnumerable<KeyValuePair<string, float>> losses) =>
        Find(InBatch, batch.Named)
        ?? Find("weight", Values(step, entry => entry.IsParameter))
        ?? Find("activations before the norm of", Values(step, entry => !entry.IsParameter && !entry.IsBatchCounter))
        ?? losses
            .Where(loss => !float.IsFinite(loss.Value))
            .Select(loss => $"{loss.Key} is {Text(loss.Value)} while batch, weights and statistics are finite")
            .FirstOrDefault();

    private static IEnumerable<KeyValuePair<string, TensorData>> Values(TrainStep step, Func<StateEntry, bool> which) =>
        step.Entries.Where(which).Select(entry => KeyValuePair.Create(entry.Key, entry.Value.ToData()));

    private static string? Describe(ReadOnlySpan<float> values)
    {
        // NaN wins, then infinity: one pass for the usual case that all is well.
        if (float.IsFinite(TensorPrimitives.MaxMagnitude(values)))
        {
            return null;
        }

        int first = -1,
            count = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                first = first < 0 ? i : first;
                count++;
            }
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"has {count} of {values.Length} elements that are not finite, the first at {first}: {Text(values[first])}"
        );
    }

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
}
