using PPYolo.Align.Comparison;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Peers.Measuring;

namespace PPYolo.Peers.Subjects.Tools;

/// <summary>ppyolo diff without its console: two files opened and every measure of every tensor taken.</summary>
internal sealed class DiffSubject(string first, string second) : ISubject
{
    public void Run()
    {
        var read = InOrder.Select([first, second], TensorFile.Read);
        using var tensors = read[0];
        using var others = read[1];
        _ = TensorComparer.Compare(tensors, others);
    }

    public void Dispose() { }
}
