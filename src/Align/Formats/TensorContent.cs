using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>
/// A file's tensors, and what of the file they are not: whoever says something of the tensors must also say what is left out. Dispose it
/// when the tensors are no longer needed.
/// </summary>
/// <param name="Tensors">The tensors by name.</param>
public sealed record TensorContent(NamedTensors Tensors) : IDisposable
{
    /// <summary>Where in the file they are, such as state_dict; empty where they are the whole file.</summary>
    public string Place { get; init; } = "";

    /// <summary>What is beside them, with the reason why it is left out.</summary>
    public IReadOnlyList<LeftOutEntry> LeftOut { get; init; } = [];

    /// <summary>Tensors among them of a type that is not known here, such as complex64; they are not in <see cref="Tensors"/>.</summary>
    public IReadOnlyList<LeftOutEntry> Unread { get; init; } = [];

    /// <summary>What was done to the names, in sentences for the user.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <inheritdoc />
    public void Dispose() => Tensors.Dispose();
}
