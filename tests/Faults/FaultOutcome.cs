using System.IO.Enumeration;
using PPYolo.Align.Explanations;

namespace PPYolo.Tests.Faults;

/// <summary>What became of a planted fault.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="Explanation">What was said of it.</param>
/// <param name="GradientMoved">How far it moves a reduced gradient: the largest distance in units of the largest of clean reruns, same
/// tensor and iteration.</param>
internal sealed record FaultOutcome(PlantedFault Fault, Explanation Explanation, Lazy<double> GradientMoved)
{
    private const double Half = 0.5;

    /// <summary>The place of a right cause among those named, from 1; 0 where there is none.</summary>
    public int Place =>
        Explanation.Causes.Select((cause, index) => Fault.IsNamedBy(cause.Id) ? index + 1 : 0).FirstOrDefault(place => place > 0);

    /// <summary>What was said first.</summary>
    public Answer Answer =>
        Explanation.Causes.Count == 0 ? Answer.None
        : Place == 1 ? (Explanation.Causes[0].Confidence >= Half ? Answer.Named : Answer.NamedBelowHalf)
        : Explanation.Causes[0].Confidence >= Half ? Answer.WrongAboveHalf
        : Answer.WrongBelowHalf;

    public string Frontier => Explanation.Trace.Frontier is { } frontier ? $"{frontier.Iteration} {frontier.Key}" : "none";

    public bool IsFrontierExact => FileSystemName.MatchesSimpleExpression(Fault.Frontier, Frontier);

    /// <summary>A row of the confusion table.</summary>
    public string Row =>
        $"{Fault.Name, -36}{(Explanation.Aligned ? "no" : "yes"), -10}{Place, -7}"
        + $"{(Explanation.Causes.Count > 0 ? Explanation.Causes[0].Id : "none"), -30}{(IsFrontierExact ? "yes" : "no"), -10}{Frontier}";

    public static string Header =>
        $"{"planted", -36}{"detected", -10}{"place", -7}{"named first", -30}{"frontier", -10}where the runs part (iteration, phase, name)";
}
