using System.Text;
using PPYolo.Tests.Snapshots.Engine;

namespace VerifyTests;

public partial class VerifySettings
{
    internal ScrubberSet Scrubbers { get; } = new();

    internal bool ScrubbersEnabled { get; private set; } = true;

    /// <summary>Changes nothing in the text but the line ends.</summary>
    public void DisableScrubbers() => ScrubbersEnabled = false;

    /// <summary>Changes the text before it is compared.</summary>
    public void AddScrubber(Action<StringBuilder> scrubber, ScrubberLocation location = ScrubberLocation.First) =>
        Scrubbers.Add(null, scrubber, location);

    /// <summary>Changes text of one extension before it is compared.</summary>
    public void AddScrubber(string extension, Action<StringBuilder> scrubber, ScrubberLocation location = ScrubberLocation.First) =>
        Scrubbers.Add(extension, scrubber, location);

    /// <summary>Removes lines that contain one of these strings, in whichever case.</summary>
    public void ScrubLinesContaining(params string[] stringToMatch) =>
        ScrubLinesContaining(StringComparison.OrdinalIgnoreCase, stringToMatch);

    /// <summary>Removes lines that contain one of these strings.</summary>
    public void ScrubLinesContaining(StringComparison comparison, params string[] stringToMatch) =>
        AddScrubber(LineScrubbers.Containing(comparison, stringToMatch));

    /// <summary>Removes lines that contain one of these strings from text of one extension.</summary>
    public void ScrubLinesContaining(string extension, StringComparison comparison, params string[] stringToMatch) =>
        AddScrubber(extension, LineScrubbers.Containing(comparison, stringToMatch));

    /// <summary>Removes the lines for which the function is true.</summary>
    public void ScrubLines(Func<string, bool> removeLine, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(LineScrubbers.Replacing(line => removeLine(line) ? null : line), location);

    /// <summary>Replaces each line by what the function makes of it, or removes it where that is null.</summary>
    public void ScrubLinesWithReplace(Func<string, string?> replaceLine, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(LineScrubbers.Replacing(replaceLine), location);
}
