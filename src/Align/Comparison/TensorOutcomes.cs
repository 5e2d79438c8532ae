namespace PPYolo.Align.Comparison;

/// <summary>Outcomes in words.</summary>
public static class TensorOutcomes
{
    /// <summary>The outcome as reports write it.</summary>
    public static string Words(this TensorOutcome outcome) =>
        outcome switch
        {
            TensorOutcome.Within => "ok",
            TensorOutcome.AboveBound => "above the bound",
            TensorOutcome.BeyondMovement => "beyond its movement",
            TensorOutcome.NotEqual => "not equal",
            TensorOutcome.NonFinite => "NaN or infinity",
            TensorOutcome.WrongShape => "another shape",
            TensorOutcome.WrongType => "another type",
            TensorOutcome.Unread => "type not read",
            TensorOutcome.Extra => "only in the second",
            TensorOutcome.Missing => "only in the first",
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "not an outcome"),
        };
}
