namespace PPYolo.Align.Comparison;

/// <summary>How the comparison of one tensor came out. Everything but <see cref="Within"/> is a divergence; later ones are worse.</summary>
public enum TensorOutcome
{
    /// <summary>The sum of squared differences is at or below the bound; for what is compared exactly: equal.</summary>
    Within,

    /// <summary>The sum of squared differences is above the bound.</summary>
    AboveBound,

    /// <summary>The sum is within the bound, and the difference more than a tenth of the way the tensor moved since its start.</summary>
    BeyondMovement,

    /// <summary>It is compared exactly (integers, booleans, counters of batches) and is not equal.</summary>
    NotEqual,

    /// <summary>There is a NaN or an infinity on either side, be it the same on both.</summary>
    NonFinite,

    /// <summary>The shapes differ, so that values were not compared.</summary>
    WrongShape,

    /// <summary>The element types differ, so that values were not compared.</summary>
    WrongType,

    /// <summary>It is of a type that is not known here, such as complex64, so that values were not compared.</summary>
    Unread,

    /// <summary>Only the second set has it.</summary>
    Extra,

    /// <summary>Only the first set has it.</summary>
    Missing,
}
