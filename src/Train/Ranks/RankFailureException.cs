namespace PPYolo.Train.Ranks;

/// <summary>Training over ranks has ended because a rank failed.</summary>
public sealed class RankFailureException : Exception
{
    /// <summary>Describes the failure.</summary>
    /// <param name="rank">The rank that failed, or null where that cannot be told.</param>
    /// <param name="call">What the rank that reports was waiting for.</param>
    /// <param name="cause">What happened, in a sentence.</param>
    /// <param name="inner">The failed rank's own exception, where it is known.</param>
    public RankFailureException(int? rank, string call, string cause, Exception? inner = null)
        : base(
            $"rank {rank?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unknown"} failed, seen in {call}: {cause}",
            inner
        )
    {
        Rank = rank;
        Call = call;
        Cause = cause;
    }

    /// <summary>The rank that failed, or null where that cannot be told.</summary>
    public int? Rank { get; }

    /// <summary>What the rank that reports was waiting for.</summary>
    public string Call { get; }

    /// <summary>What happened.</summary>
    public string Cause { get; }
}
