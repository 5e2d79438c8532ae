using System.Diagnostics.CodeAnalysis;
using PPYolo.Tests.Snapshots.Engine;

namespace VerifyTests;

public partial class VerifySettings
{
    private readonly ComparerSet<StringCompare> stringComparers = new();
    private readonly ComparerSet<StreamCompare> streamComparers = new();

    /// <summary>Compares texts that are not equal to the letter with this; for the given extensions, or for all if none is given.</summary>
    public void UseStringComparer(StringCompare compare, params ReadOnlySpan<string> extensions) =>
        stringComparers.Add(compare, extensions);

    /// <summary>Compares binary contents with this; for the given extensions, or for all if none is given.</summary>
    public void UseStreamComparer(StreamCompare compare, params ReadOnlySpan<string> extensions) =>
        streamComparers.Add(compare, extensions);

    internal bool TryFindStringComparer(string extension, [NotNullWhen(true)] out StringCompare? compare) =>
        stringComparers.TryFind(extension, out compare) || VerifierSettings.StringComparers.TryFind(extension, out compare);

    internal bool TryFindStreamComparer(string extension, [NotNullWhen(true)] out StreamCompare? compare) =>
        streamComparers.TryFind(extension, out compare) || VerifierSettings.StreamComparers.TryFind(extension, out compare);
}
