namespace PPYolo.Tests.Faults.Blind;

/// <summary>
/// Faults that were planted by somebody who did not know the rules by which causes are found, before those rules were worked on. Each
/// family was planted from what porters get wrong. Nothing here changes when a rule does: planted.txt holds a hash of this folder's code.
/// </summary>
internal static class BlindFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        .. LossBlindFaults.All,
        .. TargetsBlindFaults.All,
        .. DataBlindFaults.All,
        .. NeckBlindFaults.All,
        .. BackboneBlindFaults.All,
        .. NormBlindFaults.All,
        .. ActivationBlindFaults.All,
        .. OptimizerBlindFaults.All,
        .. AverageBlindFaults.All,
        .. ScheduleBlindFaults.All,
        .. RanksBlindFaults.All,
        .. PrecisionBlindFaults.All,
        .. AliasingBlindFaults.All,
        .. WeightsBlindFaults.All,
    ];
}
