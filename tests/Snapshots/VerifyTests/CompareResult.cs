namespace VerifyTests;

/// <summary>What a comparer found.</summary>
public readonly struct CompareResult
{
    /// <summary>The two count as equal.</summary>
    public static readonly CompareResult Equal = new(true);

    /// <summary>Creates a result without a message.</summary>
    public CompareResult(in bool isEqual)
        : this(isEqual, null) { }

    private CompareResult(bool isEqual, string? message)
    {
        IsEqual = isEqual;
        Message = message;
    }

    /// <summary>Whether the two count as equal.</summary>
    public bool IsEqual { get; }

    /// <summary>What differs, for the failure message in place of both contents.</summary>
    public string? Message { get; }

    /// <summary>The two differ; the message, if there is one, says in what.</summary>
    public static CompareResult NotEqual(in string? message = null) => new(false, message);
}
