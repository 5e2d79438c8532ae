using System.Collections.Concurrent;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>
/// The file names given out in this process. A second verification under the same one would delete and overwrite the first one's files.
/// </summary>
internal static class UsedPrefixes
{
    private static readonly ConcurrentDictionary<string, bool> Used = new(StringComparer.Ordinal);

    public static void Claim(string prefix)
    {
        if (!Used.TryAdd(prefix, true))
        {
            throw new InvalidOperationException(
                $"""
                The snapshot prefix has already been used: {prefix}
                Either a theory does not hand its arguments over (UseParameters), or one test verifies twice (tell them apart with
                UseMethodName or UseTextForParameters), or names set by hand collide.
                If sharing the files is meant, call DisableRequireUniquePrefix.
                """
            );
        }
    }
}
