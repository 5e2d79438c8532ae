using System.Diagnostics.Contracts;
using System.Runtime.CompilerServices;

namespace VerifyTests;

/// <summary>A verification that starts when it is awaited; until then its settings can be changed fluently.</summary>
public partial class SettingsTask
{
    private readonly Func<VerifySettings, Task<VerifyResult>> buildTask;
    private readonly VerifySettings settings;
    private Task<VerifyResult>? task;

    /// <summary>Creates a verification with a copy of the settings.</summary>
    public SettingsTask(VerifySettings? settings, Func<VerifySettings, Task<VerifyResult>> buildTask)
    {
        this.settings = new VerifySettings(settings);
        this.buildTask = buildTask;
    }

    /// <summary>The settings of this verification.</summary>
    /// <exception cref="InvalidOperationException">It has been started.</exception>
    public VerifySettings CurrentSettings =>
        task is null
            ? settings
            : throw new InvalidOperationException(
                "This verification has been started, by awaiting it or by ToTask: its settings are fixed now."
            );

    /// <summary>Starts the verification, once.</summary>
    [Pure]
    public Task<VerifyResult> ToTask() => task ??= buildTask(settings);

    /// <summary>Starts the verification.</summary>
    [Pure]
    public ConfiguredTaskAwaitable<VerifyResult> ConfigureAwait(bool continueOnCapturedContext) =>
        ToTask().ConfigureAwait(continueOnCapturedContext);

    /// <summary>Starts the verification.</summary>
    [Pure]
    public TaskAwaiter<VerifyResult> GetAwaiter() => ToTask().GetAwaiter();

    /// <summary>Starts the verification.</summary>
    [Pure]
    public static implicit operator Task<VerifyResult>(SettingsTask settingsTask) => settingsTask.ToTask();

    private SettingsTask With(Action<VerifySettings> change)
    {
        change(CurrentSettings);
        return this;
    }
}
