using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Train.Optimization;
using PPYolo.Train.Options;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;

namespace PPYolo.Train.Epochs;

/// <summary>
/// A training run between two epochs, in a checkpoint of the reference's form. "model" is the corrected moving average, which is what
/// detects, "optimizer" an SGD as PyTorch loads it; what a run needs beside these to go on bit for bit is under "ppyolo": the weights as
/// trained, the moving average's own state, and the number of iterations, from which batches and random numbers follow. Dispose it when
/// training goes on: its tensors stay in the file.
/// </summary>
public sealed class TrainingState : IDisposable
{
    private const string Key = "ppyolo",
        VersionKey = "version",
        IterationKey = "iteration",
        UpdatesKey = "ema_updates",
        RawKey = "raw",
        EmaKey = "ema";
    private const long Version = 1;

    private readonly Checkpoint checkpoint;
    private readonly string path;
    private readonly NamedTensors? ema;
    private readonly long updates;

    private TrainingState(Checkpoint checkpoint, string path, PickleValue own)
    {
        this.checkpoint = checkpoint;
        this.path = path;
        Raw = Tensors(own[RawKey]);
        ema = Tensors(own[EmaKey]);
        updates = own[UpdatesKey].AsInt();
        Iteration = checked((int)own[IterationKey].AsInt());
    }

    private TrainingState(Checkpoint checkpoint, string path, int iterationsPerEpoch)
    {
        this.checkpoint = checkpoint;
        this.path = path;
        Raw = checkpoint.Model;
        Iteration = checked((int)checkpoint.StartEpoch * iterationsPerEpoch);
    }

    /// <summary>How many epochs are done.</summary>
    public int Epochs => checked((int)checkpoint.StartEpoch);

    /// <summary>How many iterations are done.</summary>
    public int Iteration { get; }

    /// <summary>The weights as trained.</summary>
    public NamedTensors Raw { get; }

    /// <summary>The moving average, corrected.</summary>
    public NamedTensors Model => checkpoint.Model;

    /// <summary>Reads a checkpoint that was captured and written.</summary>
    /// <exception cref="AlignException">The file cannot be read, or is a checkpoint of something else.</exception>
    public static TrainingState Read(string path)
    {
        var checkpoint = Checkpoint.Read(path);
        try
        {
            return
                checkpoint.Extra.TryGetValue(Key, out var own)
                && own.TryGet(VersionKey, out var version)
                && version.Kind == PickleKind.Int
                && version.AsInt() == Version
                ? new(checkpoint, path, own)
                : throw new AlignException(
                    $"{path}: expected a checkpoint of ppyolo train, version {Version}, with '{Key}' in it; found "
                        + $"{(own is null ? "none" : "another version")}; weights alone are trained on from with -c FILE"
                );
        }
        catch (AlignException exception) when (!exception.Message.StartsWith(path, StringComparison.Ordinal))
        {
            checkpoint.Dispose();
            throw new AlignException($"{path}: {exception.Message}", exception);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads a checkpoint of the reference, to go on as its own programs do: from the model, which is a moving average there, with the
    /// optimizer's momentum, in the epoch that the file names, and with a new moving average.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="iterationsPerEpoch">How many iterations an epoch has.</param>
    /// <exception cref="AlignException">The file cannot be read, or has no momentum.</exception>
    public static TrainingState OfReference(string path, int iterationsPerEpoch)
    {
        var checkpoint = Checkpoint.Read(path);
        if (checkpoint.Optimizer.Kind == PickleKind.Dict && SgdState.FromPickle(checkpoint.Optimizer).MomentumBuffers.Count > 0)
        {
            return new(checkpoint, path, iterationsPerEpoch);
        }

        checkpoint.Dispose();
        throw new AlignException(
            $"{path}: expected a checkpoint with the momentum of its optimizer, found none; train on from its weights alone with -c FILE"
        );
    }

    /// <summary>Copies a run's state.</summary>
    /// <param name="step">The run; it is not changed.</param>
    /// <param name="epochs">How many epochs are done.</param>
    /// <param name="options">The optimizer's settings, for those who load it in PyTorch.</param>
    /// <exception cref="TrainingHaltedException">A tensor is not finite: nobody could go on from such a state.</exception>
    public static Checkpoint Capture(TrainStep step, int epochs, TrainOptions options)
    {
        var raw = NetworkState.Save(step.Network);
        var state = step.Ema.State();
        var optimizer = SgdCheckpoint.Of(step.Optimizer, options.ToRecipe(), options.Batch, step.NextLearningRate);
        if (
            (
                NonFinite.Find("weight", raw)
                ?? NonFinite.Find("moving average of", state)
                ?? NonFinite.Find("momentum of", step.Optimizer.Momentum())
            ) is
            { } bad
        )
        {
            throw new TrainingHaltedException($"after iteration {step.Iteration - 1}, epoch {epochs}: {bad}; lower the learning rate");
        }

        var checkpoint = new Checkpoint(epochs, step.Ema.Read(step.Entries), optimizer.ToPickle());
        checkpoint.AddExtra(
            Key,
            PickleValue.Dict(
                (VersionKey, Version),
                (IterationKey, (long)step.Iteration),
                (UpdatesKey, step.Ema.Updates),
                (RawKey, Dict(raw)),
                (EmaKey, Dict(state))
            )
        );
        return checkpoint;
    }

    /// <summary>Puts a run into this state.</summary>
    /// <exception cref="AlignException">The state is another network's.</exception>
    public void Restore(TrainStep step)
    {
        try
        {
            NetworkState.Load(step.Network, Raw);
            if (ema is not null)
            {
                step.Ema.LoadState(ema, updates);
            }

            var momentum = NamedMomentum.Of(step.Entries, SgdState.FromPickle(checkpoint.Optimizer));
            if (ema is null && step.Optimizer.Groups.Sum(group => group.Parameters.Count) is var trained && momentum.Count < trained)
            {
                throw new AlignException($"expected momentum of {trained} parameters, found that of {momentum.Count}");
            }

            step.Optimizer.LoadMomentum(momentum);
        }
        catch (AlignException exception)
        {
            throw new AlignException($"{path}: {exception.Message}", exception);
        }

        step.Iteration = Iteration;
    }

    /// <inheritdoc />
    public void Dispose() => checkpoint.Dispose();

    private static PickleValue Dict(NamedTensors tensors) =>
        PickleValue.Dict(tensors.Select(pair => ((PickleValue)pair.Key, (PickleValue)pair.Value)));

    private static NamedTensors Tensors(PickleValue dict)
    {
        var tensors = new NamedTensors();
        foreach (var (key, value) in dict.AsDict())
        {
            tensors.Add(key.AsText(), value.AsTensor());
        }

        return tensors;
    }
}
