namespace PPYolo.Data.Layouts.Voc;

/// <summary>What cannot be read in a Pascal VOC file.</summary>
/// <param name="Line">Where, from 1.</param>
/// <param name="Detail">What was expected and what was found.</param>
/// <param name="IsWhole">Whether the whole file cannot be read, and not only one object.</param>
internal readonly record struct VocFlaw(int Line, string Detail, bool IsWhole);
