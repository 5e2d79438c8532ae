namespace PPYolo.Data.Layouts;

/// <summary>What is asked of a folder.</summary>
/// <param name="Part">train, val or another part.</param>
/// <param name="Images">The image folder that was named, or null.</param>
/// <param name="Reading">What decides where files leave it open.</param>
internal sealed record DatasetRequest(string Part, string? Images, DatasetReading Reading);
