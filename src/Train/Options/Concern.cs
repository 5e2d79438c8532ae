namespace PPYolo.Train.Options;

/// <summary>
/// Whom a setting concerns. What concerns the first three is in every case file, in their order; the names of members are those of the
/// settings.
/// </summary>
internal enum Concern
{
    /// <summary>What the network computes: a member of NetworkOptions, or the name of the network itself.</summary>
    Network,

    /// <summary>What is in a batch.</summary>
    Data,

    /// <summary>How weights change: a member of TrainingRecipe.</summary>
    Recipe,

    /// <summary>How long a run over epochs is and when it is evaluated. A record has a length of its own and nothing of this.</summary>
    Run,
}
