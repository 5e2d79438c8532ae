namespace PPYolo.Align.Matching;

/// <summary>What a tensor is that has a name.</summary>
public enum MatchKind
{
    /// <summary>What is fed.</summary>
    Data,

    /// <summary>Weights and buffers.</summary>
    State,

    /// <summary>What a module returns.</summary>
    Output,

    /// <summary>A loss.</summary>
    Loss,
}
