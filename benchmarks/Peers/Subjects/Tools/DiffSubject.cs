using PPYolo.Align.Comparison;
using PPYolo.Align.Formats;
using PPYolo.Peers.Measuring;

namespace PPYolo.Peers.Subjects.Tools;

/// <summary>ppyolo diff without its console: two files opened and every measure of every tensor taken.</summary>
internal sealed class DiffSubject(string first, string second) : ISubject
{
    public void Run()
    {
        using var tensors = TensorFile.Read(first);
        using var others = TensorFile.Read(second);
        _ = TensorComparer.Compare(tensors, others);
    }

    public void Dispose() { }
}
