namespace PPYolo.Align.Formats;

/// <summary>An entry of a file that is not among its tensors.</summary>
/// <param name="Name">Its place in the file, such as optimizer or model/scale.</param>
/// <param name="Reason">Why, such as "the optimizer's state, 12 tensors".</param>
public sealed record LeftOutEntry(string Name, string Reason)
{
    /// <summary>Name and reason, for messages.</summary>
    public override string ToString() => $"{Name} ({Reason})";
}
