namespace PPYolo.Align.Golden;

/// <summary>A run is not within its golden, or has none.</summary>
public sealed class GoldenException(string message) : Exception(message);
