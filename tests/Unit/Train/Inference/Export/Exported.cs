using Onnx;
using PPYolo.Align.Tensors;
using PPYolo.Model.Networks;
using PPYolo.Train.Inference.Export;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Inference.Export;

/// <summary>Models for tests.</summary>
internal static class Exported
{
    public static readonly ExportOptions Any = new() { ClassNames = ["thing"] };

    /// <summary>Exports a network with weights.</summary>
    public static string Write(string path, NetworkOptions network, NamedTensors weights, ExportOptions? options = null)
    {
        using var loaded = NetworkState.Create(network, weights, CPU);
        OnnxExport.Write(path, loaded, options ?? Any);
        return path;
    }

    /// <summary>Reads a model.</summary>
    public static ModelProto Read(string path) => ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
}
