using PPYolo.Data.Datasets;

namespace PPYolo.Data.Layouts;

/// <summary>What a folder was recognized as.</summary>
/// <param name="Kind">Its layout.</param>
/// <param name="Evidence">By what it was recognized.</param>
/// <param name="Open">Finds the part that is asked for; throws an <see cref="PPYolo.Align.AlignException"/> where it is not there.</param>
internal sealed record Recognition(LayoutKind Kind, string Evidence, Func<DatasetLayout> Open)
{
    /// <summary>The layout's name for people.</summary>
    public string Name =>
        Kind switch
        {
            LayoutKind.Coco => "COCO",
            LayoutKind.Voc => "Pascal VOC",
            _ => "YOLO text",
        };

    /// <summary>The option that chooses it.</summary>
    public string Option => $"--layout {Kind.ToString().ToLowerInvariant()}";
}
