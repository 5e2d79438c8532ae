namespace PPYolo.Tests.Faults;

/// <summary>What was said of the cause of a fault that was noticed.</summary>
internal enum Answer
{
    /// <summary>The likeliest cause is right, and was said with a confidence of a half or more.</summary>
    Named,

    /// <summary>It is right, but what was said is that nothing is certain.</summary>
    NamedBelowHalf,

    /// <summary>No cause at all: honest.</summary>
    None,

    /// <summary>It is wrong, and was said to be uncertain.</summary>
    WrongBelowHalf,

    /// <summary>It is wrong and was said to be certain: what must not be.</summary>
    WrongAboveHalf,
}
