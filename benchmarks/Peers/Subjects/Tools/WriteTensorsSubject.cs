using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Peers.Measuring;

namespace PPYolo.Peers.Subjects.Tools;

/// <summary>Writes the tensors of a file to another, in the format that its extension names.</summary>
internal sealed class WriteTensorsSubject(string source, string target) : ISubject
{
    private readonly NamedTensors tensors = InMemory.Read(source);

    public void Run() => TensorFile.Write(target, tensors);

    public void Dispose() => File.Delete(target);
}
