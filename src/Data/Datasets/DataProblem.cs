namespace PPYolo.Data.Datasets;

/// <summary>A bad record of a dataset.</summary>
/// <param name="Kind">What is wrong, and what becomes of the record.</param>
/// <param name="File">The image or annotation file it is about.</param>
/// <param name="Id">The id of the image, annotation or category.</param>
/// <param name="Detail">What was expected and what was found.</param>
public sealed record DataProblem(DataProblemKind Kind, string File, long Id, string Detail)
{
    /// <summary>File, id and detail in one line.</summary>
    public override string ToString() => $"{File}: {Detail}";
}
