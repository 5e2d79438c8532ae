using System.Reflection;
using PPYolo.Tests.Snapshots.Engine;

namespace VerifyTests;

/// <summary>Where the snapshots of a test lie and what they are called; a part that is null keeps its default.</summary>
public readonly struct PathInfo
{
    /// <summary>Creates the place of a test's snapshots.</summary>
    /// <exception cref="ArgumentException">A part holds a character that file names cannot have.</exception>
    public PathInfo(string? directory = null, string? typeName = null, string? methodName = null)
    {
        Directory = directory is null ? null : FileNames.CheckDirectory(directory);
        TypeName = typeName is null ? null : FileNames.Check(typeName);
        MethodName = methodName is null ? null : FileNames.Check(methodName);
    }

    /// <summary>The directory, absolute or relative to the source file.</summary>
    public string? Directory { get; }

    /// <summary>The first part of the file name.</summary>
    public string? TypeName { get; }

    /// <summary>The second part of the file name.</summary>
    public string? MethodName { get; }

    /// <summary>The default: beside the source file, named for the class (with the one it is nested in) and the method.</summary>
    public static PathInfo DeriveDefault(string sourceFile, string projectDirectory, Type type, MethodInfo method) =>
        new(Path.GetDirectoryName(sourceFile), TestIdentity.NameOf(type), method.Name);
}
