using System.Text;
using PPYolo.Tests.Snapshots.Engine;

namespace VerifyTests;

public static partial class VerifierSettings
{
    internal static ScrubberSet Scrubbers { get; } = new();

    /// <summary>Changes all text before it is compared.</summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void AddScrubber(Action<StringBuilder> scrubber, ScrubberLocation location = ScrubberLocation.First)
    {
        FirstRun.ThrowIfPast();
        Scrubbers.Add(null, scrubber, location);
    }

    /// <summary>Changes all text of one extension before it is compared.</summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void AddScrubber(string extension, Action<StringBuilder> scrubber, ScrubberLocation location = ScrubberLocation.First)
    {
        FirstRun.ThrowIfPast();
        Scrubbers.Add(extension, scrubber, location);
    }

    /// <summary>Removes lines that contain one of these strings, in whichever case, from all text.</summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void ScrubLinesContaining(params string[] stringToMatch) =>
        ScrubLinesContaining(StringComparison.OrdinalIgnoreCase, stringToMatch);

    /// <summary>Removes lines that contain one of these strings from all text.</summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void ScrubLinesContaining(StringComparison comparison, params string[] stringToMatch) =>
        AddScrubber(LineScrubbers.Containing(comparison, stringToMatch));
}
