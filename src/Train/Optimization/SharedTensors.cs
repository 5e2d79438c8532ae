using static TorchSharp.torch;

namespace PPYolo.Train.Optimization;

/// <summary>
/// Tensors that several ranks of one process use together: memory that each of them reads, and of which each changes its share.
/// </summary>
/// <param name="tensors">This rank's view of each, by key; freed with this.</param>
/// <param name="own">The keys of those that this rank changes.</param>
internal sealed class SharedTensors(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlySet<string> own) : IDisposable
{
    /// <summary>The shared tensor of a key, or null where every rank has its own.</summary>
    public Tensor? Find(string key) => tensors.GetValueOrDefault(key);

    /// <summary>Whether this rank changes what belongs to a key: it is in its share, or its own.</summary>
    public bool Changes(string key) => own.Contains(key) || !tensors.ContainsKey(key);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
