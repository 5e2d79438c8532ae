using PPYolo.Align;

namespace PPYolo.Train.Ranks;

/// <summary>Why the ranks' work has ended.</summary>
/// <param name="Rank">The rank that failed, or null where that cannot be told.</param>
/// <param name="SeenIn">The call in which the others noticed, or null where none was waiting.</param>
/// <param name="Cause">What happened, in a sentence.</param>
/// <param name="Exception">The failed rank's own exception.</param>
internal sealed record RankFailure(int? Rank, RankCall? SeenIn, string Cause, Exception? Exception = null)
{
    /// <summary>What a program ends with after such a failure: failed inside.</summary>
    public const int ExitCode = 3;

    /// <summary>A failed rank's own exception as a cause: what is written for the user as it is, anything else with its type.</summary>
    public static string CauseOf(Exception exception) =>
        exception is AlignException ? exception.Message : $"{exception.GetType().Name}: {exception.Message}";

    /// <summary>The exception for a rank that was in a call, or about to make it.</summary>
    public RankFailureException Seen(RankCall? call) => new(Rank, (call ?? SeenIn)?.ToString() ?? "no call", Cause, Exception);
}
