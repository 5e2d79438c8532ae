using System.Diagnostics.Contracts;

namespace VerifyTests;

public partial class SettingsTask
{
    /// <inheritdoc cref="VerifySettings.UseDirectory(string)"/>
    [Pure]
    public SettingsTask UseDirectory(string directory) => With(settings => settings.UseDirectory(directory));

    /// <inheritdoc cref="VerifySettings.UseFileName(string)"/>
    [Pure]
    public SettingsTask UseFileName(string fileName) => With(settings => settings.UseFileName(fileName));

    /// <inheritdoc cref="VerifySettings.UseTypeName(string)"/>
    [Pure]
    public SettingsTask UseTypeName(string name) => With(settings => settings.UseTypeName(name));

    /// <inheritdoc cref="VerifySettings.UseMethodName(string)"/>
    [Pure]
    public SettingsTask UseMethodName(string name) => With(settings => settings.UseMethodName(name));

    /// <inheritdoc cref="VerifySettings.UniqueForArchitecture()"/>
    [Pure]
    public SettingsTask UniqueForArchitecture() => With(settings => settings.UniqueForArchitecture());

    /// <inheritdoc cref="VerifySettings.UniqueForOSPlatform()"/>
    [Pure]
    public SettingsTask UniqueForOSPlatform() => With(settings => settings.UniqueForOSPlatform());

    /// <inheritdoc cref="VerifySettings.UniqueForRuntimeAndVersion()"/>
    [Pure]
    public SettingsTask UniqueForRuntimeAndVersion() => With(settings => settings.UniqueForRuntimeAndVersion());

    /// <inheritdoc cref="VerifySettings.DisableRequireUniquePrefix()"/>
    [Pure]
    public SettingsTask DisableRequireUniquePrefix() => With(settings => settings.DisableRequireUniquePrefix());

    /// <inheritdoc cref="VerifySettings.UseParameters(object?[])"/>
    [Pure]
    public SettingsTask UseParameters(params object?[] parameters) => With(settings => settings.UseParameters(parameters));

    /// <inheritdoc cref="VerifySettings.UseParameters{T}(T)"/>
    [Pure]
    public SettingsTask UseParameters<T>(T parameter) => With(settings => settings.UseParameters(parameter));

    /// <inheritdoc cref="VerifySettings.UseParameters{T}(T[])"/>
    [Pure]
    public SettingsTask UseParameters<T>(T[] parameters) => With(settings => settings.UseParameters(parameters));

    /// <inheritdoc cref="VerifySettings.UseTextForParameters(string)"/>
    [Pure]
    public SettingsTask UseTextForParameters(string parametersText) => With(settings => settings.UseTextForParameters(parametersText));

    /// <inheritdoc cref="VerifySettings.IgnoreParameters(string[])"/>
    [Pure]
    public SettingsTask IgnoreParameters(params string[] parameterNames) => With(settings => settings.IgnoreParameters(parameterNames));

    /// <inheritdoc cref="VerifySettings.IgnoreParametersForVerified(object?[])"/>
    [Pure]
    public SettingsTask IgnoreParametersForVerified(params object?[] parameters) =>
        With(settings => settings.IgnoreParametersForVerified(parameters));
}
