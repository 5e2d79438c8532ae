namespace PPYolo.Data.Datasets;

/// <summary>How often a class occurs.</summary>
/// <param name="Name">The class.</param>
/// <param name="CategoryId">Its id in the annotation file.</param>
/// <param name="Images">Images with at least one object of it.</param>
/// <param name="Objects">Objects of it.</param>
public sealed record ClassCount(string Name, long CategoryId, int Images, int Objects);
