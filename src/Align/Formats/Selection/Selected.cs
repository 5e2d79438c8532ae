namespace PPYolo.Align.Formats.Selection;

/// <summary>The part of a saved value that holds the weights.</summary>
/// <param name="Place">Its path; empty for the whole.</param>
/// <param name="Value">The part.</param>
/// <param name="Entries">Its tensors, and what else is in it, by name.</param>
/// <param name="LeftOut">What is beside it.</param>
internal sealed record Selected(
    string Place,
    PickleValue Value,
    IReadOnlyList<(string Name, PickleValue Value)> Entries,
    IReadOnlyList<LeftOutEntry> LeftOut
);
