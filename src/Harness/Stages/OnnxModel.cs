using System.Globalization;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Onnx;
using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Model.Boxes;
using PPYolo.Model.Networks;
using PPYolo.Train.Inference;
using PPYolo.Train.Inference.Export;

namespace PPYolo.Harness.Stages;

/// <summary>
/// An exported model in ONNX Runtime on the CPU. Besides its outputs it gives the head's raw ones, which are inside its graph.
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly string path;
    private readonly ModelProto model;
    private readonly InferenceSession session;
    private readonly List<string> raw;

    /// <summary>Opens a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="threads">Threads that it computes on.</param>
    /// <exception cref="AlignException">It cannot be read, was not written by an export, or the runtime refuses it.</exception>
    public OnnxModel(string path, int threads)
    {
        this.path = path;
        model = Parse(path);
        raw =
        [
            .. Enumerable
                .Range(0, int.MaxValue)
                .Select(OnnxNames.Raw)
                .TakeWhile(name => model.Graph.Node.Any(node => node.Output.Contains(name))),
        ];
        model.Graph.Output.AddRange(
            raw.Except(model.Graph.Output.Select(value => value.Name)).Select(name => new ValueInfoProto { Name = name })
        );
        using var options = new SessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        session = Guarded(() => new InferenceSession(model.ToByteArray(), options));
        RequireFloats(OnnxNames.Image, session.InputMetadata, 4);
        RequireFloats(OnnxNames.ImageSize, session.InputMetadata, 2);
        RequireFloats(OnnxNames.Boxes, session.OutputMetadata, 3);
        RequireFloats(OnnxNames.Scores, session.OutputMetadata, 3);
    }

    /// <summary>The side of its images, or null where it is any.</summary>
    public int? Size => session.InputMetadata[OnnxNames.Image].Dimensions[3] is > 0 and var size ? size : null;

    /// <summary>A weight's values, or none where there is no such weight.</summary>
    public ReadOnlyMemory<byte> Weight(string key) =>
        model.Graph.Initializer.FirstOrDefault(weight => weight.Name == key)?.RawData.Memory ?? ReadOnlyMemory<byte>.Empty;

    /// <summary>Runs the model.</summary>
    /// <param name="images">(B,3,S,S) float32, normalized.</param>
    /// <param name="originals">The original size of each image.</param>
    /// <param name="network">The network that it should be.</param>
    /// <exception cref="AlignException">Its levels or classes are not the network's, or the runtime fails.</exception>
    public StageResults Run(TensorData images, IReadOnlyList<OriginalSize> originals, NetworkOptions network)
    {
        using var image = Value(images);
        using var size = Value(
            TensorData.Of<float>([.. originals.SelectMany(original => new float[] { original.Height, original.Width })], originals.Count, 2)
        );
        using var options = new RunOptions();
        var results = Guarded(() =>
            session.Run(options, [OnnxNames.Image, OnnxNames.ImageSize], [image, size], [OnnxNames.Boxes, OnnxNames.Scores, .. raw])
        );
        using (results)
        {
            TensorData boxes = Data(results[0]),
                scores = Data(results[1]);
            if (raw.Count != network.Levels || scores.Shape[^1] != network.Classes)
            {
                throw new AlignException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{path}: expected a model of {network.Levels} levels and {network.Classes} classes, the network's, found "
                            + $"{raw.Count} and {scores.Shape[^1]}; choose the configuration that it was exported with"
                    )
                );
            }

            return new(
                [.. results.Skip(2).Select(Data)],
                [
                    .. originals.Select(
                        (_, at) =>
                            new DecodedBoxes(
                                network.Classes,
                                Detector.OfImage([boxes], at, originals.Count)[0].ToArray(),
                                Detector.OfImage([scores], at, originals.Count)[0].ToArray()
                            )
                    ),
                ]
            );
        }
    }

    public void Dispose() => session.Dispose();

    private static ModelProto Parse(string path)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidProtocolBufferException)
        {
            throw new AlignException($"{path}: expected an ONNX model: {e.Message}", e);
        }

        var graph = model.Graph ?? new();
        string[] wanted = [OnnxNames.Image, OnnxNames.ImageSize, OnnxNames.Boxes, OnnxNames.Scores],
            found = [.. graph.Input.Concat(graph.Output).Select(value => value.Name)];
        return wanted.Except(found).Any()
            ? throw new AlignException(
                $"{path}: expected an ONNX model from {string.Join(" and ", wanted[..2])} to {string.Join(" and ", wanted[2..])}, as "
                    + $"ppyolo export writes it, found {(found.Length == 0 ? "none" : string.Join(", ", found.Take(8)))}"
            )
            : model;
    }

    private void RequireFloats(string name, IReadOnlyDictionary<string, NodeMetadata> values, int axes)
    {
        var value = values[name];
        if (value.ElementType != typeof(float) || value.Dimensions.Length != axes)
        {
            session.Dispose();
            throw new AlignException(
                $"{path}: expected '{name}' to be float32 with {axes} axes, found {value.ElementType.Name} with {value.Dimensions.Length}"
            );
        }
    }

    private static OrtValue Value(TensorData data) => OrtValue.CreateTensorValueFromMemory(data.As<float>().ToArray(), [.. data.Shape]);

    private static TensorData Data(OrtValue value) =>
        TensorData.Of(value.GetTensorDataAsSpan<float>(), value.GetTensorTypeAndShape().Shape);

    private T Guarded<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (OnnxRuntimeException e)
        {
            throw new AlignException($"{path}: ONNX Runtime refuses it: {e.Message.ReplaceLineEndings("\n").Split('\n')[0]}", e);
        }
    }
}
