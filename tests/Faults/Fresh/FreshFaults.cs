namespace PPYolo.Tests.Faults.Fresh;

/// <summary>
/// Faults that were planted after the rules had been worked on, by somebody who had not looked at the rules: of kinds that porters of YOLO
/// trainings report, and none of those that were there. Rules were then made on every second one, the open half. The other, the held half,
/// was scored before and after, and otherwise left alone. planted.txt holds a hash of this folder's code.
/// </summary>
internal static class FreshFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        .. LossFreshFaults.All,
        .. BatchFreshFaults.All,
        .. NetworkFreshFaults.All,
        .. NormFreshFaults.All,
        .. OptimizerFreshFaults.All,
        .. AverageFreshFaults.All,
        .. RanksFreshFaults.All,
        .. NumberFreshFaults.All,
    ];

    /// <summary>Those that rules were made on: at even places of the list.</summary>
    public static IReadOnlyList<PlantedFault> Open { get; } = [.. All.Where((_, index) => index % 2 == 0)];

    /// <summary>The others.</summary>
    public static IReadOnlyList<PlantedFault> Held { get; } = [.. All.Where((_, index) => index % 2 == 1)];
}
