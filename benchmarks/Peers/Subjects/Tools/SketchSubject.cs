using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Peers.Measuring;

namespace PPYolo.Peers.Subjects.Tools;

/// <summary>Norms and sketches of all tensors of a file.</summary>
internal sealed class SketchSubject(string file) : ISubject
{
    private readonly NamedTensors tensors = InMemory.Read(file);

    public void Run()
    {
        foreach (var (name, tensor) in tensors)
        {
            _ = TensorSummary.Of(name, tensor);
        }
    }

    public void Dispose() => tensors.Dispose();
}
