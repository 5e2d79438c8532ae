namespace PPYolo.Data.Layouts;

/// <summary>What decides how a dataset is read where its files leave it open.</summary>
public sealed record DatasetReading
{
    /// <summary>The layout where a folder could be of several, or null for the one that is recognized.</summary>
    public LayoutKind? Layout { get; init; }

    /// <summary>Whether objects that Pascal VOC marks as difficult take part; else they are left out.</summary>
    public bool Difficult { get; init; }

    /// <summary>A file of class names in their order, or null for the one that the dataset has.</summary>
    public string? Names { get; init; }
}
