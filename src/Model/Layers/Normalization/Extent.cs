namespace PPYolo.Model.Layers.Normalization;

/// <summary>A channels-last map as a matrix: one row per image and cell.</summary>
internal readonly record struct Extent(long Rows, int Channels);
