using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Torch;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>
/// A training run between two epochs, in the reference's form: a PyTorch file of {"start_epoch", "optimizer", "model"}. Dispose it when its
/// tensors are no longer needed: they stay in the file until they are looked at.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    private static readonly string[] Reserved = [EpochKey, OptimizerKey, StateDict.Model];

    private const string EpochKey = "start_epoch";
    private const string OptimizerKey = "optimizer";

    private readonly Dictionary<string, PickleValue> extra = new(StringComparer.Ordinal);

    /// <summary>Creates a checkpoint; it becomes the owner of the tensors.</summary>
    /// <param name="startEpoch">The epoch to go on with; the number of those that are done.</param>
    /// <param name="model">The network's tensors.</param>
    /// <param name="optimizer">The optimizer's state_dict, or None: see <see cref="SgdState"/>.</param>
    public Checkpoint(long startEpoch, NamedTensors model, PickleValue optimizer)
    {
        StartEpoch = startEpoch;
        Model = model;
        Optimizer = optimizer;
    }

    /// <summary>The epoch to go on with; 0 where the file does not say.</summary>
    public long StartEpoch { get; }

    /// <summary>The network's tensors.</summary>
    public NamedTensors Model { get; }

    /// <summary>The optimizer's state_dict; None where there is none.</summary>
    public PickleValue Optimizer { get; }

    /// <summary>
    /// What else is in the file by key, such as a run's moving averages and counters. The reference's programs pass over it.
    /// </summary>
    public IReadOnlyDictionary<string, PickleValue> Extra => extra;

    /// <summary>Puts something else into the file.</summary>
    /// <exception cref="AlignException">The key is one of the three that have a meaning.</exception>
    public void AddExtra(string key, PickleValue value) =>
        extra[key] = Reserved.Contains(key)
            ? throw new AlignException(
                $"expected another key than {string.Join(", ", Reserved)} for additions to a checkpoint, found '{key}'"
            )
            : value;

    /// <summary>Reads a checkpoint. Any file with tensors by name is one of epoch 0 without an optimizer.</summary>
    /// <exception cref="AlignException">The file cannot be read.</exception>
    public static Checkpoint Read(string path)
    {
        using var opened = new Opened(path);
        var root = PickleFile.TryRead(opened.Source);
        if (root is null)
        {
            return new Checkpoint(0, TensorFile.Read(path), PickleValue.None);
        }

        var own =
            root.Kind == PickleKind.Dict
            && root.TryGet(EpochKey, out _)
            && root.TryGet(StateDict.Model, out var model)
            && model.Kind == PickleKind.Dict;
        var content =
            own && root[StateDict.Model].AsDict().Count == 0
                ? new TensorContent([])
                : StateDict.Read(root, opened.Source, own ? StateDict.Model : null);
        var checkpoint = own ? FromDict(root, content.Tensors, opened.Source) : new Checkpoint(0, content.Tensors, PickleValue.None);
        opened.HandOver(content.Tensors);
        return checkpoint;
    }

    /// <summary>
    /// Writes weights as the reference does: under .pth as the model of a checkpoint, which its programs ask for; elsewhere as
    /// <see cref="TensorFile.Write"/> does, which under .pt and .bin is a bare state_dict.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="weights">The network's tensors.</param>
    /// <param name="startEpoch">The number of epochs that are done.</param>
    /// <param name="optimizer">The optimizer's state_dict; null is None.</param>
    /// <exception cref="AlignException">The file cannot be written, or its extension names no format.</exception>
    public static void WriteWeights(string path, NamedTensors weights, long startEpoch = 0, PickleValue? optimizer = null)
    {
        if (TensorFormat.TorchWeights.Extension.Equals(Path.GetExtension(path), StringComparison.OrdinalIgnoreCase))
        {
            new Checkpoint(startEpoch, weights, optimizer ?? PickleValue.None).Write(path, lasting: false);
        }
        else
        {
            TensorFile.Write(path, weights);
        }
    }

    /// <summary>Writes the checkpoint so that torch.load reads it, also with weights_only.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lasting">Whether the disk holds it when this returns, so that it outlasts a power cut.</param>
    /// <exception cref="AlignException">The file cannot be written, or holds a value that cannot.</exception>
    public void Write(string path, bool lasting = true) =>
        TorchWriter.Write(
            path,
            pickle =>
                pickle.Dict(() =>
                {
                    pickle.Text(EpochKey);
                    pickle.Write(StartEpoch);
                    pickle.Text(OptimizerKey);
                    pickle.Write(Optimizer);
                    pickle.Text(StateDict.Model);
                    pickle.Write(Model);
                    foreach (var (key, value) in extra)
                    {
                        pickle.Text(key);
                        pickle.Write(value);
                    }
                }),
            lasting
        );

    /// <inheritdoc />
    public void Dispose() => Model.Dispose();

    private static Checkpoint FromDict(PickleValue root, NamedTensors model, ByteSource file)
    {
        var epoch = root.TryGet(EpochKey, out var start) ? start : 0L;
        if (epoch.Kind != PickleKind.Int)
        {
            throw file.Error($"an integer as {EpochKey}", $"{epoch}");
        }

        var checkpoint = new Checkpoint(epoch.AsInt(), model, root.TryGet(OptimizerKey, out var optimizer) ? optimizer : PickleValue.None);
        foreach (var (key, value) in root.AsDict())
        {
            if (key.Kind == PickleKind.Text && !Reserved.Contains(key.AsText()))
            {
                checkpoint.AddExtra(key.AsText(), value);
            }
        }

        return checkpoint;
    }
}
