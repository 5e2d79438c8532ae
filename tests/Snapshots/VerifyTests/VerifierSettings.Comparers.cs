using PPYolo.Tests.Snapshots.Engine;

namespace VerifyTests;

public static partial class VerifierSettings
{
    internal static ComparerSet<StringCompare> StringComparers { get; } = new();

    internal static ComparerSet<StreamCompare> StreamComparers { get; } = new();

    /// <summary>Compares texts of an extension that are not equal to the letter with this.</summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void RegisterStringComparer(string extension, StringCompare compare)
    {
        FirstRun.ThrowIfPast();
        StringComparers.Add(compare, extension);
    }

    /// <summary>Compares binary contents of an extension with this.</summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void RegisterStreamComparer(string extension, StreamCompare compare)
    {
        FirstRun.ThrowIfPast();
        StreamComparers.Add(compare, extension);
    }

    /// <summary>Compares texts of extensions that have no comparer of their own, and are not equal to the letter, with this.</summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void SetDefaultStringComparer(StringCompare compare)
    {
        FirstRun.ThrowIfPast();
        StringComparers.Add(compare);
    }
}
