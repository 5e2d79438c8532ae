namespace PPYolo.Align.Matching;

/// <summary>What two tensors are to each other, by all that is known of them.</summary>
internal enum Likeness
{
    /// <summary>They are two.</summary>
    Other,

    /// <summary>They may be one.</summary>
    Possible,

    /// <summary>They are the same.</summary>
    Same,
}
