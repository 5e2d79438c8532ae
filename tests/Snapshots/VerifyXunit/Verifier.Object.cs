using System.Diagnostics.Contracts;
using System.Runtime.CompilerServices;
using PPYolo.Tests.Snapshots.Engine;
using VerifyTests;

namespace VerifyXunit;

public static partial class Verifier
{
    /// <summary>
    /// Verifies an object as indented text, its public properties by name. The layout is Verify's for plain data only: see the README.
    /// </summary>
    [Pure]
    public static SettingsTask Verify(object? target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Start(settings, sourceFile, _ => Produced.Any(target));

    /// <summary>Verifies an object that is being computed.</summary>
    [Pure]
    public static SettingsTask Verify<T>(Task<T> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Start(settings, sourceFile, async _ => await Produced.OfAwaited(await target));

    /// <summary>Verifies an object that is being computed.</summary>
    [Pure]
    public static SettingsTask Verify<T>(ValueTask<T> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Start(settings, sourceFile, async _ => await Produced.OfAwaited(await target));

    /// <summary>Calls a function and verifies what it computes.</summary>
    [Pure]
    public static SettingsTask Verify<T>(Func<Task<T>> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Start(settings, sourceFile, async _ => await Produced.OfAwaited(await target()));
}
