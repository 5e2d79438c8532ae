using PPYolo.Align.Formats;
using PPYolo.Peers.Measuring;

namespace PPYolo.Peers.Subjects.Tools;

/// <summary>Opens a file of tensors; of an .npz also every checksum is computed.</summary>
internal sealed class ReadTensorsSubject(string file) : ISubject
{
    public void Run() => TensorFile.Read(file).Dispose();

    public void Dispose() { }
}
