using System.Diagnostics.Contracts;

namespace VerifyTests;

public partial class SettingsTask
{
    /// <inheritdoc cref="VerifySettings.UseStringComparer(StringCompare, ReadOnlySpan{string})"/>
    [Pure]
    public SettingsTask UseStringComparer(StringCompare compare, params ReadOnlySpan<string> extensions)
    {
        CurrentSettings.UseStringComparer(compare, extensions);
        return this;
    }

    /// <inheritdoc cref="VerifySettings.UseStreamComparer(StreamCompare, ReadOnlySpan{string})"/>
    [Pure]
    public SettingsTask UseStreamComparer(StreamCompare compare, params ReadOnlySpan<string> extensions)
    {
        CurrentSettings.UseStreamComparer(compare, extensions);
        return this;
    }

    /// <inheritdoc cref="VerifySettings.DisableDiff()"/>
    [Pure]
    public SettingsTask DisableDiff() => With(settings => settings.DisableDiff());

    /// <inheritdoc cref="VerifySettings.AutoVerify(bool, bool)"/>
    [Pure]
    public SettingsTask AutoVerify(bool includeBuildServer = true, bool throwException = false) =>
        With(settings => settings.AutoVerify(includeBuildServer, throwException));

    /// <inheritdoc cref="VerifySettings.AutoVerify(VerifyTests.AutoVerify, bool, bool)"/>
    [Pure]
    public SettingsTask AutoVerify(AutoVerify autoVerify, bool includeBuildServer = true, bool throwException = false) =>
        With(settings => settings.AutoVerify(autoVerify, includeBuildServer, throwException));
}
