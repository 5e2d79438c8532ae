using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;
using TorchSharp;

namespace PPYolo.Train.Inference;

/// <summary>The weights that inference starts from, out of the files that training leaves behind.</summary>
public static class ModelWeights
{
    private const string HeadBias = "yolo_head.yolo_output_0.bias";

    /// <summary>
    /// Reads weights: any file of tensors by name. Of a checkpoint it is the model, which is the moving average; of a record folder the
    /// moving average at its end.
    /// </summary>
    /// <param name="path">The file or the record folder.</param>
    /// <exception cref="AlignException">It cannot be read.</exception>
    public static NamedTensors Read(string path) =>
        TensorFile.Read(Directory.Exists(path) ? RunRecord.FindFile(path, RunRecord.EndName) : path);

    /// <summary>Makes a detector of a file.</summary>
    /// <param name="path">The file or the record folder.</param>
    /// <param name="network">The network that the weights are for.</param>
    /// <param name="fold">Whether norms are folded into convolutions.</param>
    /// <param name="device">Where it computes; null is the CPU.</param>
    /// <param name="note">Is told what was done to the weights; null for nobody.</param>
    /// <exception cref="AlignException">The file cannot be read, or its weights are another network's; the message says whose, where they
    /// are one of ours.</exception>
    public static Detector Detector(
        string path,
        NetworkOptions network,
        bool fold = true,
        torch.Device? device = null,
        Action<string>? note = null
    ) => Load(path, network, note, weights => new Detector(network, weights, fold, device));

    /// <summary>Makes the network of a file, in evaluation mode and on the CPU.</summary>
    /// <param name="path">The file or the record folder.</param>
    /// <param name="network">The network that the weights are for.</param>
    /// <param name="note">Is told what was done to the weights; null for nobody.</param>
    /// <exception cref="AlignException">As for a detector.</exception>
    public static PPYoloNetwork Network(string path, NetworkOptions network, Action<string>? note = null)
    {
        var loaded = Load(path, network, note, weights => NetworkState.Create(network, weights, torch.CPU));
        loaded.eval();
        return loaded;
    }

    private static T Load<T>(string path, NetworkOptions network, Action<string>? note, Func<NamedTensors, T> make)
    {
        using var read = Read(path);
        var weights = Float32Weights.Of(read, path, note);
        if (NonFinite.Find("weight", weights) is { } bad)
        {
            throw new AlignException(
                $"{path}: expected finite weights, found {bad}; nothing is detected with it: take an earlier checkpoint"
            );
        }

        try
        {
            return make(weights);
        }
        catch (AlignException e)
        {
            throw new AlignException(
                $"{path}: "
                    + (
                        WhoseWeights(weights, network)
                        ?? $"{e.Message}; choose the configuration that they were trained with, and convert the names of other programs "
                            + "first"
                    ),
                e
            );
        }
    }

    /// <summary>What to say where the weights are those of a known network, or of this one with other classes.</summary>
    private static string? WhoseWeights(NamedTensors weights, NetworkOptions network)
    {
        if (ClassesOf(weights, network) is { } classes && Fit(weights, network with { Classes = classes }))
        {
            return $"expected weights of {network.Classes} classes, found {classes}; set the number with --set classes={classes}";
        }

        foreach (var name in NetworkPresets.Names)
        {
            var other = NetworkPresets.Find(name)!;
            if (ClassesOf(weights, other) is { } found && Fit(weights, other with { Classes = found }))
            {
                return $"expected weights of the configured network, found those of {name} with {found} classes; choose its configuration";
            }
        }

        return null;
    }

    /// <summary>The classes of weights whose network has the head of this one.</summary>
    private static int? ClassesOf(NamedTensors weights, NetworkOptions network)
    {
        var anchors = network.AnchorMasks[0].Length;
        var others = network.IouAware ? 6 : 5;
        return
            weights.TryGet(HeadBias, out var bias) && bias.Shape is [var channels] && channels % anchors == 0 && channels / anchors > others
            ? (int)(channels / anchors) - others
            : null;
    }

    private static bool Fit(NamedTensors weights, NetworkOptions network)
    {
        using var shapes = new PPYoloNetwork(network);
        return StateEntries
            .Of(shapes)
            .Where(entry => !entry.IsBatchCounter)
            .All(entry => weights.TryGet(entry.Key, out var tensor) && tensor.Shape.AsSpan().SequenceEqual(entry.Value.shape));
    }
}
