namespace PPYolo.Train.Optimization;

/// <summary>The learning rate of iteration 0, before which no schedule has set one.</summary>
public enum FirstRate
{
    /// <summary>The start of the warm-up, as the reference has it from June 2023 on.</summary>
    Scheduled,

    /// <summary>The full rate, as every group of the reference's optimizer brought it until May 2023.</summary>
    Full,
}
