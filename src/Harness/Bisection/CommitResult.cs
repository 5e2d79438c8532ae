using System.Text.Json.Serialization;

namespace PPYolo.Harness.Bisection;

/// <summary>What a commit came to when it was built and run.</summary>
internal sealed record CommitResult
{
    /// <summary>The version of this file.</summary>
    public const int Present = 1;

    /// <summary>The version that it was written in.</summary>
    public required int Version { get; init; }

    /// <summary>The commit.</summary>
    public required string Commit { get; init; }

    /// <summary>Why it could not be judged; null where its runs are beside this file.</summary>
    public required string? Problem { get; init; }

    /// <summary>What was said of a theory that failed; null where none did.</summary>
    public required string? Remark { get; init; }

    /// <summary>Whether it was built.</summary>
    public required bool Builds { get; init; }

    /// <summary>The folder of its runs.</summary>
    [JsonIgnore]
    public string Runs { get; init; } = "";
}
