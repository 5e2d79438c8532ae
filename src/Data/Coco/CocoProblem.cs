namespace PPYolo.Data.Coco;

/// <summary>A record of an annotation file that lacks something, or has something in it that is not what it should be.</summary>
/// <param name="Id">Its id where that was read, else a negative number of its own.</param>
/// <param name="Detail">The place, what was expected and what was found.</param>
public sealed record CocoProblem(long Id, string Detail);
