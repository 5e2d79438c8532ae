using System.Diagnostics.Contracts;
using System.Runtime.CompilerServices;
using PPYolo.Tests.Snapshots.Engine;
using VerifyTests;

namespace VerifyXunit;

public static partial class Verifier
{
    /// <summary>Verifies text in a <c>.txt</c> file. Empty text is written as <c>emptyString</c> and null as <c>null</c>.</summary>
    [Pure]
    public static SettingsTask Verify(string? target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Start(settings, sourceFile, _ => Task.FromResult(Produced.Root(target)));

    /// <summary>Verifies text that is being computed.</summary>
    [Pure]
    public static SettingsTask Verify(Task<string> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Start(settings, sourceFile, async _ => Produced.Root(await target));

    /// <summary>
    /// Verifies text in a file of an extension of its own. An extension that is not commonly text must have been registered with
    /// <c>EmptyFiles.FileExtensions.AddTextExtension</c>.
    /// </summary>
    [Pure]
    public static SettingsTask Verify(
        string? target,
        string extension,
        VerifySettings? settings = null,
        [CallerFilePath] string sourceFile = ""
    ) => Start(settings, sourceFile, _ => Task.FromResult(Produced.Of(new Target(extension, target ?? "null"))));

    /// <summary>Verifies text that is being computed, in a file of an extension of its own.</summary>
    [Pure]
    public static SettingsTask Verify(
        Task<string> target,
        string extension,
        VerifySettings? settings = null,
        [CallerFilePath] string sourceFile = ""
    ) => Start(settings, sourceFile, async _ => Produced.Of(new Target(extension, await target ?? "null")));
}
