using PPYolo.Data.Coco;

namespace PPYolo.Data.Datasets;

/// <summary>Annotations that are no COCO file: what they say, as a COCO file would say it.</summary>
public interface IAnnotationSource
{
    /// <summary>The files that they are read from.</summary>
    IEnumerable<string> Files { get; }

    /// <summary>Reads them.</summary>
    /// <param name="log">Receives what cannot be read, with file and line.</param>
    /// <exception cref="PPYolo.Align.AlignException">They cannot be read at all, or the log stops at the first bad record.</exception>
    CocoSet Read(ProblemLog log);
}
