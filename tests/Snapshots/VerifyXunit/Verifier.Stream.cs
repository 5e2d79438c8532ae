using System.Diagnostics.Contracts;
using System.Runtime.CompilerServices;
using PPYolo.Tests.Snapshots.Engine;
using VerifyTests;

namespace VerifyXunit;

public static partial class Verifier
{
    /// <summary>
    /// Verifies a stream in a file of that extension and disposes it; a text extension is compared as text. An info object gets a text
    /// file beside it.
    /// </summary>
    [Pure]
    public static SettingsTask Verify(
        Stream? target,
        string extension,
        VerifySettings? settings = null,
        object? info = null,
        [CallerFilePath] string sourceFile = ""
    ) => Start(settings, sourceFile, _ => Produced.Stream(target, extension, info));

    /// <summary>Verifies a stream that is being made.</summary>
    [Pure]
    public static SettingsTask Verify<T>(
        Task<T> target,
        string extension,
        VerifySettings? settings = null,
        object? info = null,
        [CallerFilePath] string sourceFile = ""
    )
        where T : Stream => Start(settings, sourceFile, async _ => await Produced.Stream(await target, extension, info));

    /// <summary>Verifies bytes in a file of that extension.</summary>
    [Pure]
    public static SettingsTask Verify(
        byte[]? target,
        string extension,
        VerifySettings? settings = null,
        object? info = null,
        [CallerFilePath] string sourceFile = ""
    ) => Start(settings, sourceFile, _ => Produced.Stream(target is null ? null : new MemoryStream(target), extension, info));

    /// <summary>Verifies bytes that are being computed.</summary>
    [Pure]
    public static SettingsTask Verify(
        Task<byte[]> target,
        string extension,
        VerifySettings? settings = null,
        object? info = null,
        [CallerFilePath] string sourceFile = ""
    ) => Start(settings, sourceFile, async _ => await Produced.Stream(new MemoryStream(await target), extension, info));

    /// <summary>Verifies the content of a file, under its own extension unless another is given.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    [Pure]
    public static SettingsTask VerifyFile(
        string path,
        VerifySettings? settings = null,
        object? info = null,
        string? extension = null,
        [CallerFilePath] string sourceFile = ""
    ) => Start(settings, sourceFile, _ => Produced.Stream(File.OpenRead(path), extension ?? Path.GetExtension(path).TrimStart('.'), info));
}
