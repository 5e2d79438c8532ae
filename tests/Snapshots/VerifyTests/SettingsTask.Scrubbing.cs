using System.Diagnostics.Contracts;
using System.Text;

namespace VerifyTests;

public partial class SettingsTask
{
    /// <inheritdoc cref="VerifySettings.DisableScrubbers()"/>
    [Pure]
    public SettingsTask DisableScrubbers() => With(settings => settings.DisableScrubbers());

    /// <inheritdoc cref="VerifySettings.AddScrubber(Action{StringBuilder}, ScrubberLocation)"/>
    [Pure]
    public SettingsTask AddScrubber(Action<StringBuilder> scrubber, ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.AddScrubber(scrubber, location));

    /// <inheritdoc cref="VerifySettings.AddScrubber(string, Action{StringBuilder}, ScrubberLocation)"/>
    [Pure]
    public SettingsTask AddScrubber(string extension, Action<StringBuilder> scrubber, ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.AddScrubber(extension, scrubber, location));

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(string[])"/>
    [Pure]
    public SettingsTask ScrubLinesContaining(params string[] stringToMatch) =>
        With(settings => settings.ScrubLinesContaining(stringToMatch));

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(StringComparison, string[])"/>
    [Pure]
    public SettingsTask ScrubLinesContaining(StringComparison comparison, params string[] stringToMatch) =>
        With(settings => settings.ScrubLinesContaining(comparison, stringToMatch));

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(string, StringComparison, string[])"/>
    [Pure]
    public SettingsTask ScrubLinesContaining(string extension, StringComparison comparison, params string[] stringToMatch) =>
        With(settings => settings.ScrubLinesContaining(extension, comparison, stringToMatch));

    /// <inheritdoc cref="VerifySettings.ScrubLines(Func{string, bool}, ScrubberLocation)"/>
    [Pure]
    public SettingsTask ScrubLines(Func<string, bool> removeLine, ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.ScrubLines(removeLine, location));

    /// <inheritdoc cref="VerifySettings.ScrubLinesWithReplace(Func{string, string?}, ScrubberLocation)"/>
    [Pure]
    public SettingsTask ScrubLinesWithReplace(Func<string, string?> replaceLine, ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.ScrubLinesWithReplace(replaceLine, location));
}
