using System.Diagnostics.CodeAnalysis;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>Comparers by extension, and one for all the others.</summary>
internal sealed class ComparerSet<T>
    where T : Delegate
{
    private readonly Dictionary<string, T> byExtension = [];
    private T? forAll;

    public void Add(T compare, params ReadOnlySpan<string> extensions)
    {
        if (extensions.Length == 0)
        {
            forAll = compare;
        }

        foreach (var extension in extensions)
        {
            byExtension[FileNames.CheckExtension(extension)] = compare;
        }
    }

    public void CopyFrom(ComparerSet<T> other)
    {
        forAll = other.forAll;
        foreach (var (extension, compare) in other.byExtension)
        {
            byExtension[extension] = compare;
        }
    }

    public bool TryFind(string extension, [NotNullWhen(true)] out T? compare)
    {
        compare = byExtension.GetValueOrDefault(extension) ?? forAll;
        return compare is not null;
    }
}
