using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;

namespace PPYolo.Peers.Subjects.Tools;

/// <summary>Reads tensors into this process's own memory, so that no file is behind them.</summary>
internal static class InMemory
{
    public static NamedTensors Read(string file)
    {
        using var mapped = TensorFile.Read(file);
        var copies = new NamedTensors();
        foreach (var (name, tensor) in mapped)
        {
            copies.Add(name, new TensorData(tensor.Type, tensor.Shape.AsSpan(), tensor.Bytes.ToArray()));
        }

        return copies;
    }
}
