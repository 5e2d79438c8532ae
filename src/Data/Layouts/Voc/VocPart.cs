namespace PPYolo.Data.Layouts.Voc;

/// <summary>Where a part of a Pascal VOC dataset is.</summary>
/// <param name="Root">The dataset's folder.</param>
/// <param name="Annotations">The folder of its XML files.</param>
/// <param name="Images">The folder of its images.</param>
/// <param name="List">The list of its images, or null where all files of the folder belong to it.</param>
/// <param name="All">The folders of the XML files of all parts.</param>
internal sealed record VocPart(string Root, string Annotations, string Images, string? List, IReadOnlyList<string> All);
