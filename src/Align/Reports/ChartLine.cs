namespace PPYolo.Align.Reports;

/// <summary>A curve of a chart.</summary>
/// <param name="Name">What it is, as text.</param>
/// <param name="Style">How it is drawn: first, second or third.</param>
/// <param name="Points">By rising place; what is not finite is left out.</param>
public sealed record ChartLine(string Name, string Style, IReadOnlyList<(double Place, double Value)> Points);
