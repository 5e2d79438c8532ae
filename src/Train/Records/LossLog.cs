namespace PPYolo.Train.Records;

/// <summary>losses.json of a record folder.</summary>
/// <param name="Version">The version of the layout: 1.</param>
/// <param name="Iterations">Each iteration, in order.</param>
public sealed record LossLog(int Version, IReadOnlyList<LossLogEntry> Iterations);
