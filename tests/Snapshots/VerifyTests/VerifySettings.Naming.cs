using PPYolo.Tests.Snapshots.Engine;

namespace VerifyTests;

public partial class VerifySettings
{
    /// <summary>The directory of the snapshots, absolute or relative to the source file; null for the default.</summary>
    public string? Directory { get; private set; }

    internal string? FileName { get; private set; }

    internal string? TypeName { get; private set; }

    internal string? MethodName { get; private set; }

    internal UniqueFor Unique { get; private set; }

    internal bool UniquePrefixDisabled { get; private set; }

    /// <summary>Puts the snapshots into a directory, absolute or relative to the source file.</summary>
    public void UseDirectory(string directory) => Directory = FileNames.CheckDirectory(directory);

    /// <summary>Names the files in place of class, method and parameters.</summary>
    /// <exception cref="InvalidOperationException">A class or method name has been set.</exception>
    public void UseFileName(string fileName)
    {
        if (TypeName is not null || MethodName is not null)
        {
            throw new InvalidOperationException(
                "UseFileName replaces the names of class and method: it cannot stand beside UseTypeName or UseMethodName."
            );
        }

        FileName = FileNames.Check(fileName);
    }

    /// <summary>Names the class part of the files.</summary>
    /// <exception cref="InvalidOperationException">A file name has been set.</exception>
    public void UseTypeName(string name)
    {
        ThrowIfFileNamed(nameof(UseTypeName));
        TypeName = FileNames.Check(name);
    }

    /// <summary>Names the method part of the files; needed where one test verifies twice.</summary>
    /// <exception cref="InvalidOperationException">A file name has been set.</exception>
    public void UseMethodName(string name)
    {
        ThrowIfFileNamed(nameof(UseMethodName));
        MethodName = FileNames.Check(name);
    }

    /// <summary>Keeps a snapshot for each processor architecture (x64, arm64).</summary>
    public void UniqueForArchitecture() => Unique |= UniqueFor.Architecture;

    /// <summary>Keeps a snapshot for each operating system (Linux, Windows, OSX).</summary>
    public void UniqueForOSPlatform() => Unique |= UniqueFor.OSPlatform;

    /// <summary>Keeps a snapshot for each version of the runtime (DotNet10_0).</summary>
    public void UniqueForRuntimeAndVersion() => Unique |= UniqueFor.RuntimeAndVersion;

    /// <summary>Allows several verifications to share their files.</summary>
    public void DisableRequireUniquePrefix() => UniquePrefixDisabled = true;

    private void ThrowIfFileNamed(string caller)
    {
        if (FileName is not null)
        {
            throw new InvalidOperationException($"{caller} cannot stand beside UseFileName, which replaces the whole name.");
        }
    }
}
