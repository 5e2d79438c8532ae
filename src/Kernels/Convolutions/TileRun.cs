namespace PPYolo.Kernels.Convolutions;

/// <summary>Neighbouring tiles of one row of one image.</summary>
internal readonly record struct TileRun(int Image, int Row, int Column, int Count);
