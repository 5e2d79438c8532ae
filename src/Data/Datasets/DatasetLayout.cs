using PPYolo.Data.Coco;

namespace PPYolo.Data.Datasets;

/// <summary>Where a dataset's files are.</summary>
/// <param name="Annotations">The COCO annotation file, or the file or folder that another layout has in its place.</param>
/// <param name="Images">The folder that the names of images are relative to.</param>
public sealed record DatasetLayout(string Annotations, string Images)
{
    /// <summary>What was recognized, in one line: which layout, which files, and how classes are ordered.</summary>
    public string Recognized { get; init; } = $"COCO annotations {Annotations}, images in {Images}";

    /// <summary>Reads annotations that are no COCO file; null where they are one.</summary>
    public IAnnotationSource? Source { get; init; }

    /// <summary>Reads the annotations.</summary>
    /// <param name="log">Receives what cannot be read, with file and line.</param>
    /// <exception cref="PPYolo.Align.AlignException">They cannot be read at all, or the log stops at the first bad record.</exception>
    public CocoSet Read(ProblemLog log) => Source?.Read(log) ?? CocoSetReader.Read(Annotations);
}
